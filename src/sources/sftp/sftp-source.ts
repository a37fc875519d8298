import { anySourceKind, type SourceKind } from "../source-kind.ts";
import { connectToSftp } from "./sftp-connection.ts";
import { type SftpOptions, sftpOptionsSchema, upstreamOf } from "./sftp-options.ts";

/** Files that are dropped into a folder of an SFTP server. */
export const sftpSource: SourceKind = anySourceKind<SftpOptions>({
  name: "sftp",
  description:
    "Files in a folder of an SFTP server: each one record, or each line one. Counts and measures what `directory` does.",
  guarantee:
    "Exactly once by path, size and time of change of each file, and the place in it. Times of SFTP are whole seconds: a file that is replaced within one, by as many bytes, is taken for the same.",
  options: sftpOptionsSchema,
  upstream: upstreamOf,
  create:
    ({ clock, readSecret }) =>
    async (options, run) => {
      const { readDrops } = await import("../drop/read-drops.ts");
      const { SftpFolder } = await import("./sftp-folder.ts");
      const connection = await connectToSftp(options, readSecret, run.signal);
      const stopped = Promise.withResolvers<never>();
      const onStop = () => stopped.reject(run.signal.reason);
      if (run.signal.aborted) onStop();
      else run.signal.addEventListener("abort", onStop, { once: true });
      const interrupted = Promise.race([connection.lost, stopped.promise]);
      interrupted.catch(() => undefined);
      try {
        const place = { root: options.path, identity: upstreamOf(options) };
        await readDrops(new SftpFolder(connection.client, place, interrupted), options, run, clock);
      } finally {
        run.signal.removeEventListener("abort", onStop);
        await connection.close();
      }
    },
});

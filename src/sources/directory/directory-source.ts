import { resolve } from "node:path";
import { z } from "zod";
import { dropOptions } from "../drop/drop-options.ts";
import { anySourceKind, type SourceKind } from "../source-kind.ts";

const directoryOptionsSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .max(4_000)
      .meta({ description: "The folder; relative to that of the configuration.", examples: ["/srv/drop"] }),
    ...dropOptions,
  })
  .meta({ examples: [{ path: "/srv/drop", patterns: ["*.xml"], ready: "renamed", after: { archive: "done" } }] });

type DirectoryOptions = z.output<typeof directoryOptionsSchema>;

/** Files that are dropped into a folder of this machine, or one that is mounted. */
export const directorySource: SourceKind = anySourceKind<DirectoryOptions>({
  name: "directory",
  description:
    "Files that are dropped into a folder: each one record, or each line one. Counts `filesRead`, `filesSetAside` (too large), `filesChanged` (while they were read) and `filesLeft` (could not be deleted or archived); measures `filesWaiting`.",
  guarantee:
    "Exactly once by path, size and time of change of each file, and the place in it. A file that changes is another one.",
  options: directoryOptionsSchema,
  upstream: ({ path, patterns }) => `${patterns.join(", ")} in ${path}`,
  create:
    ({ clock, folder }) =>
    async (options, run) => {
      const { readDrops } = await import("../drop/read-drops.ts");
      const { LocalFolder } = await import("./local-folder.ts");
      await readDrops(new LocalFolder(resolve(folder, options.path)), options, run, clock);
    },
});

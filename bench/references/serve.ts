import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** What references print once they take requests. */
export const READY = /^ready at (\S+)$/m;

/** Serves on a free port of loopback and says where. */
export function serve(listener: RequestListener): void {
  const server = createServer({ noDelay: true }, listener);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`ready at http://127.0.0.1:${port}\n`);
  });
}

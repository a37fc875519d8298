import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { pythonEnvironment } from "./python-packages.ts";
import type { ServerDefinition } from "./server.ts";

const PACKAGES = ["moto[server]==5.2.5"];

/** moto: many AWS services in one Python process, a second opinion on S3. */
export const moto: ServerDefinition = {
  name: "moto",
  summary: "moto, many AWS services in one process, a second opinion on S3 (Python 3)",
  install: async () => {
    await pythonEnvironment("moto", PACKAGES);
  },
  launch: async () => {
    const command = join(await pythonEnvironment("moto", PACKAGES), "bin", "moto_server");
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const args = ["--host", "127.0.0.1", "--port", String(port)];
    return { command, args, address, isReady: async () => (await fetch(`${address}/moto-api/data.json`)).ok };
  },
  environment: (address) => ({ LAKEHOSE_TEST_MOTO: address ?? "" }),
};

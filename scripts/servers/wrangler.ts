import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { pythonEnvironment } from "./python-packages.ts";
import type { ServerDefinition } from "./server.ts";

/** With pandas and pyarrow they are ten times the size of `python`, so they are a peer of their own. */
const PACKAGES = ["awswrangler==3.17.1", "pyathena==4.2.1", "boto3==1.44.5", "pandas==3.1.1", "pyarrow==25.0.1"];

let folder = cacheFolder;

/** The clients of Athena that people who analyse data use: no server, only an environment. */
export const wrangler: ServerDefinition = {
  name: "wrangler",
  summary: "awswrangler and PyAthena in a virtual environment (Python 3)",
  install: async () => {
    folder = await pythonEnvironment("wrangler", PACKAGES);
  },
  environment: () => ({ LAKEHOSE_TEST_WRANGLER: join(folder, "bin", "python") }),
};

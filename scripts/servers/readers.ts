import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { pythonEnvironment } from "./python-packages.ts";
import type { ServerDefinition } from "./server.ts";

/** cramjam brings the codecs of Avro that Python has none of. */
const PACKAGES = ["pyarrow==26.0.1", "fastavro==1.13.1", "cramjam==2.14.0", "backports.zstd==1.8.0"];

let folder = cacheFolder;

/** Readers of data files that none of us wrote, for tests of our formats: no server, only an environment. */
export const readers: ServerDefinition = {
  name: "readers",
  summary: "pyarrow and fastavro in a virtual environment, to read data files (Python 3)",
  install: async () => {
    folder = await pythonEnvironment("readers", PACKAGES);
  },
  environment: () => ({ LAKEHOSE_TEST_READERS: join(folder, "bin", "python") }),
};

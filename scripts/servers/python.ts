import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { pythonEnvironment } from "./python-packages.ts";
import type { ServerDefinition } from "./server.ts";

/** They share botocore and have to be of one release. */
const PACKAGES = ["boto3==1.44.5", "awscli==1.46.2"];

let folder = cacheFolder;

/** The AWS clients that producers use, for journeys: no server, only an environment. */
export const python: ServerDefinition = {
  name: "python",
  summary: "boto3 and the AWS CLI in a virtual environment (Python 3)",
  install: async () => {
    folder = await pythonEnvironment("clients", PACKAGES);
  },
  environment: () => ({
    LAKEHOSE_TEST_PYTHON: join(folder, "bin", "python"),
    LAKEHOSE_TEST_AWS_CLI: join(folder, "bin", "aws"),
  }),
};

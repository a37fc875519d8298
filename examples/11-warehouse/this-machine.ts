import { spawnSync } from "node:child_process";

/**
 * What the example uses where it is there: `npm run servers -- run postgresql python dynamodb-local -- COMMAND` provides all,
 * and says so in these variables.
 */
export const DATABASE_ADDRESS = process.env.LAKEHOSE_TEST_POSTGRESQL;
export const DYNAMODB_ADDRESS = process.env.LAKEHOSE_TEST_DYNAMODB;
const PYTHON = process.env.LAKEHOSE_TEST_PYTHON ?? "python3";

const FIND_BOTO3 = "import boto3, os; print(os.path.dirname(os.path.dirname(boto3.__file__)))";

/** The folder with boto3 and what it needs; `undefined` where Python has none or cannot make virtual environments. */
export function boto3Folder(): string | undefined {
  const found = spawnSync(PYTHON, ["-c", FIND_BOTO3], { encoding: "utf8" });
  const virtual = spawnSync("python3", ["-c", "import venv, ensurepip"]);
  return found.status === 0 && virtual.status === 0 ? found.stdout.trim() : undefined;
}

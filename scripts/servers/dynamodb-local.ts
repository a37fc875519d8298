import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import type { ServerDefinition } from "./server.ts";

const ARTIFACTS = ["software.amazon.dynamodb:DynamoDBLocal:3.1.0"];
const MAIN = "software.amazon.dynamodb.services.local.main.ServerRunner";

/** DynamoDB Local, AWS's own server: tables and their streams. It listens on every address and cannot be told otherwise. */
export const dynamodbLocal: ServerDefinition = {
  name: "dynamodb-local",
  summary: "DynamoDB Local, tables and their streams (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    await mavenClasspath("dynamodb-local", ARTIFACTS);
  },
  launch: async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const folder = await mavenClasspath("dynamodb-local", ARTIFACTS);
    // Its tables lie in a native SQLite, which Maven puts beside the jars.
    const java = ["-Xmx256m", `-Djava.library.path=${folder}`, "-cp", join(folder, "*")];
    return {
      command: "java",
      args: [...java, MAIN, "-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)],
      address,
      // An unsigned request is refused by one that is up.
      isReady: async () => (await fetch(address)).status === 400,
    };
  },
  environment: (address) => ({ LAKEHOSE_TEST_DYNAMODB: address ?? "" }),
};

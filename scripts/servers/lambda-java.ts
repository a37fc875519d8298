import { cacheFolder } from "./cache.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import type { ServerDefinition } from "./server.ts";

const ARTIFACTS = ["com.amazonaws:aws-lambda-java-runtime-interface-client:2.6.0"];

let folder = cacheFolder;

/** AWS's own runtime client for Java, for tests of our Runtime API: no server, only jars. */
export const lambdaJava: ServerDefinition = {
  name: "lambda-java",
  summary: "AWS's runtime client of Lambda for Java, as jars (Java 8, Maven)",
  install: async () => {
    await requireJava(8);
    folder = await mavenClasspath("lambda-java", ARTIFACTS);
  },
  environment: () => ({ LAKEHOSE_TEST_LAMBDA_JAVA: folder }),
};

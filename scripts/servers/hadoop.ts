import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import type { ServerDefinition } from "./server.ts";

const ARTIFACTS = [
  "org.apache.hadoop:hadoop-client-api:3.4.1",
  "org.apache.hadoop:hadoop-client-runtime:3.4.1",
  "org.apache.orc:orc-core:2.1.2",
  "org.apache.hive:hive-storage-api:2.8.1",
  "com.google.protobuf:protobuf-java:3.25.5",
];

let folder = cacheFolder;

/** The readers of SequenceFile and ORC that made these formats, for tests of ours: no server, only jars. */
export const hadoop: ServerDefinition = {
  name: "hadoop",
  summary: "Hadoop's own readers of SequenceFile and ORC, as jars (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    folder = await mavenClasspath("hadoop", ARTIFACTS);
  },
  environment: () => ({ LAKEHOSE_TEST_HADOOP: join(folder, "*") }),
};

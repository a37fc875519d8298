import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import { pythonEnvironment } from "./python-packages.ts";
import type { ServerDefinition } from "./server.ts";

/** The last line of Spark that runs on Java 17 and on Python from 3.8 on. */
const VERSION = "3.5.7";

/** Spark comes without its reader of Avro. */
const AVRO = "spark-avro_2.12";

/** Its way to S3 comes apart too: of the Hadoop that Spark brings. */
const S3A = "org.apache.hadoop:hadoop-aws:3.3.4";

let python = cacheFolder;
let jars = cacheFolder;
let s3a = cacheFolder;

/** Spark as data teams read a lake with it, for tests of our formats: no server, a session inside one process. */
export const spark: ServerDefinition = {
  name: "spark",
  summary:
    "Spark in a virtual environment, with its reader of Avro and its way to S3 as jars (Java 17, Maven, Python 3)",
  install: async () => {
    await requireJava(17);
    python = await pythonEnvironment("spark", [`pyspark==${VERSION}`]);
    jars = await mavenClasspath("spark-avro", [`org.apache.spark:${AVRO}:${VERSION}`]);
    s3a = await mavenClasspath("spark-s3a", [S3A]);
  },
  environment: () => ({
    LAKEHOSE_TEST_SPARK: join(python, "bin", "python"),
    LAKEHOSE_TEST_SPARK_AVRO: join(jars, `${AVRO}-${VERSION}.jar`),
    LAKEHOSE_TEST_SPARK_S3A: join(s3a, "*"),
  }),
};

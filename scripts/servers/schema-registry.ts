import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { mavenArchive, requireJava } from "./maven-artifact.ts";
import type { ServerDefinition } from "./server.ts";

/** The newest line is made for Java 21; the checksum is that of the file on Maven Central. */
const ARTIFACT = {
  group: "io.apicurio",
  name: "apicurio-registry-app",
  version: "2.5.11.Final",
  classifier: "all",
  type: "tar.gz",
  sha256: "f894a17f650ec427de72cfb68edfc30f8020743269293e58372e22f67fd4fd15",
} as const;
const PROGRAM = `${ARTIFACT.name}-${ARTIFACT.version}-runner.jar`;

/** The API of Confluent's registry, beside Apicurio's own. */
const CONFLUENT = "/apis/ccompat/v7";

/** Apicurio Registry in memory: the schemas of Kafka records (Avro, Protobuf, JSON Schema), asked as Confluent's is. */
export const schemaRegistry: ServerDefinition = {
  name: "schema-registry",
  summary: "Apicurio Registry, with the API of Confluent's schema registry (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    await mavenArchive(ARTIFACT);
  },
  launch: async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const program = join(await mavenArchive(ARTIFACT), PROGRAM);
    const settings = ["-Dquarkus.http.host=127.0.0.1", `-Dquarkus.http.port=${port}`];
    const isReady = async () => (await fetch(`${address}${CONFLUENT}/subjects`)).ok;
    return { command: "java", args: ["-Xmx256m", ...settings, "-jar", program], address, isReady };
  },
  environment: (address) => ({ LAKEHOSE_TEST_SCHEMA_REGISTRY: address ? `${address}${CONFLUENT}` : "" }),
};

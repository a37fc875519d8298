import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeCertificates } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";
import { tcpAnswer } from "./tcp-answer.ts";

/** Kafka comes without a logger, and would die without a word. */
const ARTIFACTS = ["org.apache.kafka:kafka_2.13:4.2.0", "org.slf4j:slf4j-simple:1.7.36"];
const LOGGING = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";

const USER = "lakehose";
const PASSWORD = "p@ss/word & more";
const CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

/** A record of 10 MiB, the largest that MSK sends to a stream, and what is around it. */
const MESSAGE_BYTES_MAX = 11 * 1024 * 1024;

/** ApiVersions => size, key 18, version 0, correlation id 7, no client id. The answer repeats the id after its size. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 255, 255]);
const CORRELATION_ID = "\0\0\0\u0007";

const tls = { port: 0, authority: "" };

/** One node of Kafka, broker and controller at once; SASL (PLAIN and SCRAM-SHA-512) over TLS, and neither. */
export const kafka: ServerDefinition = {
  name: "kafka",
  summary: "Apache Kafka, one node without ZooKeeper, also with SASL over TLS (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    await mavenClasspath("kafka", ARTIFACTS);
  },
  launch: async (folder) => {
    const [port, tlsPort, controllerPort] = [await freePort(), await freePort(), await freePort()];
    const { authority, certificate, key } = await writeCertificates(folder);
    Object.assign(tls, { port: tlsPort, authority });
    const keyStore = join(folder, "server.pem");
    await writeFile(keyStore, [await readFile(key), await readFile(certificate)], { mode: 0o600 });
    // The port stands in the name of the file, and so on the command line.
    const properties = join(folder, `server-${port}.properties`);
    await writeFile(properties, propertiesOf({ port, tlsPort, controllerPort, keyStore, folder }));
    const java = [LOGGING, "-cp", join(await mavenClasspath("kafka", ARTIFACTS), "*")];
    const scram = ["--add-scram", `SCRAM-SHA-512=[name=${USER},password=${PASSWORD}]`];
    const format = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", properties, ...scram];
    await runTool("java", [...java, ...format], "install a Java 17 runtime");
    return {
      command: "java",
      args: ["-Xmx512m", "-XX:+UseSerialGC", ...java, "kafka.Kafka", properties],
      address: `http://127.0.0.1:${port}`,
      isReady: async () => (await tcpAnswer(port, API_VERSIONS)).slice(4).startsWith(CORRELATION_ID),
    };
  },
  environment: (address) => ({
    LAKEHOSE_TEST_KAFKA: address ? new URL(address).host : "",
    LAKEHOSE_TEST_KAFKA_TLS: address ? `localhost:${tls.port}` : "",
    LAKEHOSE_TEST_KAFKA_CA: address ? tls.authority : "",
    LAKEHOSE_TEST_KAFKA_USER: address ? USER : "",
    LAKEHOSE_TEST_KAFKA_PASSWORD: address ? PASSWORD : "",
  }),
};

interface Node {
  readonly port: number;
  readonly tlsPort: number;
  readonly controllerPort: number;
  readonly keyStore: string;
  readonly folder: string;
}

function propertiesOf({ port, tlsPort, controllerPort, keyStore, folder }: Node): string {
  const jaas = "listener.name.sasl_ssl";
  const account = `user_${USER}="${PASSWORD}"`;
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${tlsPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port},SASL_SSL://localhost:${tlsPort}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
    [`${jaas}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required ${account};`,
    [`${jaas}.scram-sha-512.sasl.jaas.config`]: "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": keyStore,
    "log.dirs": join(folder, "data"),
    "message.max.bytes": MESSAGE_BYTES_MAX,
    // A source that reads a topic which nobody made has to be told so.
    "auto.create.topics.enable": false,
    // One node has one copy of everything; few partitions start sooner; no wait for members that never come.
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

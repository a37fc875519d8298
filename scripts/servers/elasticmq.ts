import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import type { ServerDefinition } from "./server.ts";

const ARTIFACTS = ["org.elasticmq:elasticmq-server_2.13:1.7.1"];

/** ElasticMQ: the queues of SQS in memory, with visibility, long polls, FIFO and the limits of AWS. */
export const elasticmq: ServerDefinition = {
  name: "elasticmq",
  summary: "ElasticMQ, an SQS server on the JVM (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    await mavenClasspath("elasticmq", ARTIFACTS);
  },
  launch: async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const settings = {
      "rest-sqs.bind-hostname": "127.0.0.1",
      "rest-sqs.bind-port": port,
      "rest-stats.enabled": false,
      "aws.region": "us-east-1",
      // The address of a queue is given to clients and has to lead back here.
      "node-address.host": "127.0.0.1",
      "node-address.port": port,
    };
    const flags = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
    const classpath = join(await mavenClasspath("elasticmq", ARTIFACTS), "*");
    return {
      command: "java",
      args: ["-Xmx256m", "-cp", classpath, ...flags, "org.elasticmq.server.Main"],
      address,
      isReady: async () => (await fetch(`${address}/health`)).ok,
    };
  },
  environment: (address) => ({ LAKEHOSE_TEST_ELASTICMQ: address ?? "" }),
};

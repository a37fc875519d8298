import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { freePort } from "./free-port.ts";
import type { ServerDefinition } from "./server.ts";

const program = createRequire(import.meta.url).resolve("kinesis-local");

/** How long streams and shards take to change. */
const CHANGE = "100ms";

/**
 * kinesis-local: shards that split and merge, iterators by position and time, over HTTP. It listens on every address and
 * cannot be told otherwise. In HTTP/2, which AWS's client prefers, about two answers of a hundred are broken, none in
 * HTTP/1.1. moto is a second opinion.
 */
export const kinesis: ServerDefinition = {
  name: "kinesis",
  summary: "kinesis-local, a Kinesis server (npm)",
  install: async () => undefined,
  launch: async () => {
    const [port, tlsPort] = [await freePort(), await freePort()];
    const environment = {
      KINESIS_MOCK_PLAIN_PORT: port,
      KINESIS_MOCK_TLS_PORT: tlsPort,
      KINESIS_MOCK_CERT_PATH: join(dirname(program), "server.json"),
      CREATE_STREAM_DURATION: CHANGE,
      DELETE_STREAM_DURATION: CHANGE,
      MERGE_SHARDS_DURATION: CHANGE,
      SPLIT_SHARD_DURATION: CHANGE,
      UPDATE_SHARD_COUNT_DURATION: CHANGE,
      LOG_LEVEL: "ERROR",
    };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const address = `http://127.0.0.1:${port}`;
    return {
      command: "env",
      // It reads no arguments; the port is there for those who look for the process.
      args: [...variables, process.execPath, program, String(port)],
      address,
      isReady: async () => (await fetch(`${address}/healthcheck`)).ok,
    };
  },
  environment: (address) => ({ LAKEHOSE_TEST_KINESIS: address ?? "" }),
};

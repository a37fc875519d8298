import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeCertificates } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";
import { tcpAnswer } from "./tcp-answer.ts";

/** The script behind Debian's wrapper, which would become another user and write to the system's folders. */
const PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const HINT = "install RabbitMQ (Debian: apt-get install rabbitmq-server)";

const NODE = "lakehose@localhost";
const USER = "lakehose";
const PASSWORD = "p@ss/word & more";

/** AMQP 0-9-1 from its first byte on; the server answers with a frame of method Start. */
const GREETING = "AMQP\0\0\u0009\u0001";
const START = "\u0001\0\0";

const tls = { port: 0, authority: "" };

/**
 * RabbitMQ with one user on the virtual host `/`, over TLS and without; classic queues, quorum queues and streams.
 *
 * Erlang nodes find each other through a daemon that the first of them starts and that nobody stops. A node that is told
 * where to listen, and to start none, needs it no more.
 */
export const rabbitmq: ServerDefinition = {
  name: "rabbitmq",
  summary: "RabbitMQ from the system's packages, with TLS, quorum queues and streams",
  install: async () => {
    await runTool("test", ["-x", PROGRAM], HINT);
  },
  launch: async (folder) => {
    const [port, tlsPort, nodePort] = [await freePort(), await freePort(), await freePort()];
    Object.assign(tls, { port: tlsPort, authority: await writeConfiguration(folder, tlsPort) });
    const environment = {
      // Said by a variable, because once a minute the server starts a program of Erlang that would start the daemon.
      ERL_FLAGS: "-start_epmd false",
      ERL_CRASH_DUMP_SECONDS: "0",
      HOME: folder,
      RABBITMQ_CONF_ENV_FILE: join(folder, "no-such-file"),
      RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled-plugins"),
      RABBITMQ_GENERATED_CONFIG_DIR: join(folder, "generated"),
      RABBITMQ_LOG_BASE: join(folder, "log"),
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_NODENAME: NODE,
    };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const alone = ["-sname", NODE, "-erl_epmd_port", String(nodePort)];
    const onLoopback = ["-kernel", "inet_dist_use_interface", "{127,0,0,1}"];
    const listener = ["-rabbit", "tcp_listeners", `[{"127.0.0.1",${port}}]`];
    return {
      command: "env",
      args: [...variables, PROGRAM, ...alone, ...onLoopback, ...listener],
      address: `http://127.0.0.1:${port}`,
      isReady: async () => (await tcpAnswer(port, GREETING)).startsWith(START),
    };
  },
  environment: (address) => ({
    LAKEHOSE_TEST_RABBITMQ: address ? clientAddress("amqp", new URL(address).port) : "",
    LAKEHOSE_TEST_RABBITMQ_TLS: address ? clientAddress("amqps", String(tls.port)) : "",
    LAKEHOSE_TEST_RABBITMQ_CA: address ? tls.authority : "",
  }),
};

function clientAddress(scheme: string, port: string): string {
  return `${scheme}://${USER}:${encodeURIComponent(PASSWORD)}@localhost:${port}/%2F`;
}

async function writeConfiguration(folder: string, tlsPort: number): Promise<string> {
  const files = await writeCertificates(folder);
  const settings = {
    default_user: USER,
    default_pass: PASSWORD,
    "listeners.ssl.default": `127.0.0.1:${tlsPort}`,
    "ssl_options.cacertfile": files.authority,
    "ssl_options.certfile": files.certificate,
    "ssl_options.keyfile": files.key,
    "log.console": "true",
    "log.console.level": "warning",
    "log.file": "false",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(folder, "rabbitmq.conf"), lines.join(""));
  return files.authority;
}

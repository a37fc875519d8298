import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeCertificates } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";
import { tcpAnswer } from "./tcp-answer.ts";

/** Debian keeps it where only root's search path leads. */
const PROGRAM = "/usr/sbin/mosquitto";
const HINT = "install Mosquitto (Debian: apt-get install mosquitto)";

const USER = "lakehose";
const PASSWORD = "p@ss/word & more";

/** CONNECT of MQTT 3.1.1 without a name; the answer is CONNACK, which says that names are asked for. */
const CONNECT = Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0]);
const CONNACK = "\u0020\u0002";

const tls = { port: 0, authority: "" };

/** Mosquitto: MQTT 3.1.1 and 5 for one user, over TLS and without. */
export const mosquitto: ServerDefinition = {
  name: "mosquitto",
  summary: "Mosquitto, an MQTT broker from the system's packages, with TLS",
  install: async () => {
    await runTool("test", ["-x", PROGRAM], HINT);
  },
  launch: async (folder) => {
    const [port, tlsPort] = [await freePort(), await freePort()];
    const { authority, certificate, key } = await writeCertificates(folder);
    Object.assign(tls, { port: tlsPort, authority });
    const passwords = join(folder, "passwords");
    await runTool("mosquitto_passwd", ["-b", "-c", passwords, USER, PASSWORD], HINT);
    const lines = [
      // Started by root it would become another user, who may not read the folder.
      "user root",
      `password_file ${passwords}`,
      "allow_anonymous false",
      "log_dest stderr",
      "log_type error",
      "log_type warning",
      `listener ${port} 127.0.0.1`,
      `listener ${tlsPort} 127.0.0.1`,
      `certfile ${certificate}`,
      `keyfile ${key}`,
    ];
    // The port stands in the name of the file, and so on the command line.
    const configuration = join(folder, `mosquitto-${port}.conf`);
    await writeFile(configuration, `${lines.join("\n")}\n`);
    return {
      command: PROGRAM,
      args: ["-c", configuration],
      address: `http://127.0.0.1:${port}`,
      isReady: async () => (await tcpAnswer(port, CONNECT)).startsWith(CONNACK),
    };
  },
  environment: (address) => ({
    LAKEHOSE_TEST_MOSQUITTO: address ? clientAddress("mqtt", new URL(address).port) : "",
    LAKEHOSE_TEST_MOSQUITTO_TLS: address ? clientAddress("mqtts", String(tls.port)) : "",
    LAKEHOSE_TEST_MOSQUITTO_CA: address ? tls.authority : "",
  }),
};

function clientAddress(scheme: string, port: string): string {
  return `${scheme}://${USER}:${encodeURIComponent(PASSWORD)}@localhost:${port}`;
}

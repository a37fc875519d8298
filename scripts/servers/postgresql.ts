import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeCertificates } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";
import { tcpAnswer } from "./tcp-answer.ts";
import { unprivileged } from "./unprivileged.ts";

/** Debian's package keeps the programs of each version in a folder of its own and starts a server as this user. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";
const DEBIAN_USER = "postgres";
const HINT = "install PostgreSQL (Debian: apt-get install postgresql)";

const ROLE = "lakehose";
const PASSWORD = "a password: 'quoted' & long";

/** A server that is up takes it; one that starts tells clients to wait, which tests would have to know. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ACCEPTED = "S";

let authorityFile = "";

/** PostgreSQL with a superuser that asks for a password, over TLS and without. */
export const postgresql: ServerDefinition = {
  name: "postgresql",
  summary: "PostgreSQL from the system's packages, with TLS, for exports of tables",
  install: async () => {
    await runTool(await program("initdb"), ["--version"], HINT);
  },
  launch: async (folder) => {
    const port = await freePort();
    const data = join(folder, "data");
    const { authority, certificate, key } = await writeCertificates(folder);
    authorityFile = authority;
    await writeFile(join(folder, "password"), PASSWORD, { mode: 0o600 });
    // The server refuses to run as root.
    const { prefix } = await unprivileged(folder, DEBIAN_USER, HINT);
    const [initdb = "", ...initdbArgs] = [
      ...prefix,
      ...[await program("initdb"), "--pgdata", data, "--username", ROLE, "--pwfile", join(folder, "password")],
      ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
    ];
    await runTool(initdb, initdbArgs, HINT);
    const settings = {
      port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: folder,
      ssl: "on",
      ssl_cert_file: certificate,
      ssl_key_file: key,
      // Nothing of it has to survive.
      fsync: "off",
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [command = "", ...args] = [...prefix, await program("postgres"), "-D", data, ...flags];
    const isReady = async () => (await tcpAnswer(port, SSL_REQUEST)) === ACCEPTED;
    return { command, args, address: `http://127.0.0.1:${port}`, isReady };
  },
  environment: (address) => ({ LAKEHOSE_TEST_POSTGRESQL: address ? clientAddress(address) : "" }),
};

/** As libpq takes it; the name of the certificate is that of the host. */
function clientAddress(address: string): string {
  const { port } = new URL(address);
  const parameters = new URLSearchParams({ sslrootcert: authorityFile });
  return `postgresql://${ROLE}:${encodeURIComponent(PASSWORD)}@localhost:${port}/postgres?${parameters}`;
}

/** The newest version of Debian's, or what is on the path. */
async function program(name: string): Promise<string> {
  const versions = await readdir(DEBIAN_FOLDER).catch(() => []);
  const [newest] = versions.filter((version) => /^\d+$/.test(version)).sort((a, b) => Number(b) - Number(a));
  return newest === undefined ? name : join(DEBIAN_FOLDER, newest, "bin", name);
}

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { runTool } from "./run-tool.ts";
import type { ServerDefinition } from "./server.ts";
import { tcpAnswer } from "./tcp-answer.ts";
import { unprivileged } from "./unprivileged.ts";

/** Called by its whole path: it starts itself anew for each client. */
const PROGRAM = "/usr/sbin/sshd";
const HINT = "install OpenSSH's server (Debian: apt-get install openssh-server)";

/**
 * Root's sshd wants folders of the system; another user's lets in only that user, and only by key. Its usual
 * choice, "nobody", counts as locked where systemd answers for it.
 */
const USER = "daemon";

const BANNER = "SSH-2.0-";

const account = { user: USER, drop: "", key: "", hostKey: "" };

/** OpenSSH for one user, who has a key and may do nothing but SFTP; an empty folder to drop files into. */
export const sftp: ServerDefinition = {
  name: "sftp",
  summary: "OpenSSH from the system's packages, SFTP by key into an empty folder",
  install: async () => {
    await runTool("test", ["-x", PROGRAM], HINT);
  },
  launch: async (folder) => {
    const port = await freePort();
    const [hostKey, key, drop] = [join(folder, "host"), join(folder, "user"), join(folder, "drop")];
    const authorized = join(folder, "authorized");
    for (const path of [hostKey, key]) await runTool("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path], HINT);
    await copyFile(`${key}.pub`, authorized);
    await mkdir(drop);
    const lines = [
      "ListenAddress 127.0.0.1",
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${authorized}`,
      "AuthenticationMethods publickey",
      // The system's temporary folder may be written by everybody.
      "StrictModes no",
      "UsePAM no",
      "PidFile none",
      `ForceCommand internal-sftp -d ${drop}`,
      "Subsystem sftp internal-sftp",
    ];
    const configuration = join(folder, "sshd_config");
    await writeFile(configuration, `${lines.join("\n")}\n`);
    const { user, prefix } = await unprivileged(folder, USER, HINT);
    Object.assign(account, { user, drop, key, hostKey: `${hostKey}.pub` });
    const [command = "", ...args] = [...prefix, PROGRAM, "-D", "-e", "-f", configuration, "-p", String(port)];
    const isReady = async () => (await tcpAnswer(port, "")).startsWith(BANNER);
    return { command, args, address: `http://127.0.0.1:${port}`, isReady };
  },
  environment: (address) => ({
    LAKEHOSE_TEST_SFTP: address ? `sftp://${account.user}@localhost:${new URL(address).port}${account.drop}` : "",
    LAKEHOSE_TEST_SFTP_KEY: address ? account.key : "",
    LAKEHOSE_TEST_SFTP_HOST_KEY: address ? account.hostKey : "",
  }),
};

import { Readable } from "node:stream";
import { runCommand } from "../../src/cli/main.ts";

/** What a command said and ended with. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command of ours in this process, for a server that the environment names. */
export async function runCli(endpoint: string, argv: readonly string[], input = ""): Promise<Said> {
  let out = "";
  let err = "";
  const code = await runCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    stdin: Readable.from([Buffer.from(input)]),
    environment: { LAKEHOSE_ENDPOINT: endpoint },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

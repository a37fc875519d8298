import type { Readable } from "node:stream";
import type { CliContext } from "./cli-context.ts";
import { CliError } from "./cli-error.ts";

/** What a keyboard is, beside a stream. */
interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

const LENGTH_MAX = 1024;

const ENTER = new Set(["\r", "\n", "\u0004"]);
const INTERRUPT = "\u0003";
const ERASE = new Set(["\u007f", "\b"]);

/** The first line of standard input. From a keyboard it is asked for, and what is typed is not shown. */
export async function readPassword(context: CliContext, prompt: string): Promise<string> {
  const { stdin, stderr } = context;
  const keyboard = stdin as Readable & Keyboard;
  if (keyboard.isTTY !== true) return firstLine(stdin);
  stderr.write(prompt);
  keyboard.setRawMode?.(true);
  try {
    return await typed(stdin);
  } finally {
    keyboard.setRawMode?.(false);
    stderr.write("\n");
  }
}

async function firstLine(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    const text = Buffer.concat(chunks).toString("utf8");
    if (text.includes("\n") || text.length > LENGTH_MAX) return checked(text.split(/\r?\n/)[0] ?? "");
  }
  return checked(Buffer.concat(chunks).toString("utf8"));
}

async function typed(stdin: Readable): Promise<string> {
  const characters: string[] = [];
  for await (const chunk of stdin) {
    for (const character of Buffer.from(chunk as Uint8Array).toString("utf8")) {
      if (character === INTERRUPT) throw new CliError("Nothing was done");
      if (ENTER.has(character)) return checked(characters.join(""));
      if (ERASE.has(character)) characters.pop();
      else characters.push(character);
    }
  }
  return checked(characters.join(""));
}

function checked(password: string): string {
  if (password.length > 0 && password.length <= LENGTH_MAX) return password;
  throw new CliError(`Expected a password of 1 to ${LENGTH_MAX} characters, got ${password.length}`);
}

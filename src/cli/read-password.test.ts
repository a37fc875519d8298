import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { readPassword } from "./read-password.ts";

function contextOf(chunks: readonly string[], keyboard: object = {}) {
  let shown = "";
  const stdin = Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), keyboard);
  const output = { write: (text: string) => (shown += text) };
  const { signal } = new AbortController();
  return { context: { stdin, stdout: output, stderr: output, environment: {}, signal }, shown: () => shown };
}

test("readPassword() takes the first line of what is piped in, with its blanks", async () => {
  assert.equal(await readPassword(contextOf([" pass", "word €\r\nmore"]).context, "? "), " password €");
  assert.equal(await readPassword(contextOf(["last"]).context, "? "), "last");
  await assert.rejects(readPassword(contextOf(["\n"]).context, "? "), { message: /1 to 1024 characters, got 0/ });
  await assert.rejects(readPassword(contextOf(["x".repeat(5_000)]).context, "? "), { message: /got 5000/ });
});

test("readPassword() asks at a keyboard, shows nothing of what is typed, and leaves the keyboard as it was", async () => {
  const modes: boolean[] = [];
  const keyboard = { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) };
  const { context, shown } = contextOf(["sx", "\u007fec", "ret\r"], keyboard);
  assert.equal(await readPassword(context, "Password: "), "secret");
  assert.equal(shown(), "Password: \n");
  assert.deepEqual(modes, [true, false]);
  await assert.rejects(readPassword(contextOf(["abc\u0003"], keyboard).context, "? "), { message: "Nothing was done" });
  assert.equal(modes.at(-1), false);
});

/**
 * The thread in which jq runs. jq is C, compiled to WebAssembly: a call cannot be interrupted, but the thread can be
 * ended from outside, and its memory has a limit.
 */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { JqQuestion, JqReply, JqThreadData } from "./jq-protocol.ts";

interface Jq {
  raw(input: string, filter: string, flags: readonly string[]): string | undefined;
}

const { query, memoryBytesMax } = workerData as JqThreadData;
limitMemory(memoryBytesMax);

/**
 * Documents come as strings in one array: a query that fails for one says so for that one. Those in brackets hold
 * numbers that newer versions of jq would write as they found them; adding nothing makes them what 1.6 makes of them.
 */
const FILTER = `def __query: ${query}
; .[] | try {o: [limit(2;
  (if type == "string" then fromjson else .[0] | fromjson | walk(if type == "number" then . + 0 else . end) end)
  | __query)]}
catch {e: (if type == "string" then . else tojson end)}`;

const jq: Jq = await createRequire(import.meta.url)("jq-web");
parentPort?.on("message", (question: JqQuestion) => answer(question));
reply(checkQuery());

/** No input at all: jq compiles the query and runs nothing. */
function checkQuery(): JqReply {
  try {
    jq.raw("", query, ["-c"]);
    return { kind: "ready" };
  } catch (error) {
    return { kind: "ready", problem: firstLines(error) };
  }
}

function answer({ documents, each }: JqQuestion): void {
  try {
    if (!each) reply({ kind: "answers", lines: ask(documents) });
    else for (const document of documents) reply({ kind: "answer", line: ask([document])[0] });
  } catch (error) {
    reply({ kind: "broken", problem: firstLines(error) });
  }
}

function ask(documents: readonly string[]): string[] {
  const input = JSON.stringify(documents.map((document) => (needsRounding(document) ? [document] : document)));
  return (jq.raw(input, FILTER, ["-c"]) ?? "").split("\n").filter((line) => line !== "");
}

/** Numbers with an exponent or more than 16 digits, or in a text what looks like one: seldom, and then only slower. */
function needsRounding(document: string): boolean {
  return /\d[eE][-+]?\d|\d{16}|0\.0000/.test(document);
}

function reply(message: JqReply): void {
  parentPort?.postMessage(message);
}

/** What jq says about a query, without the lines that quote it. */
function firstLines(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.startsWith("jq: error"));
  return (lines.length > 0 ? lines.join("; ") : text).slice(0, 500);
}

/** A memory that may not grow makes jq say that it has none; that ends this thread and nothing else. */
function limitMemory(bytesMax: number): void {
  const PAGE_BYTES = 65_536;
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number) {
    if (this.buffer.byteLength + pages * PAGE_BYTES > bytesMax) throw new RangeError("jq needs too much memory");
    return grow.call(this, pages);
  };
}

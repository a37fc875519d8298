/**
 * The thread in which jq runs. jq is C, compiled to WebAssembly: a call cannot be interrupted, but the thread can be
 * ended from outside, and its memory has a limit.
 */
import { parentPort, workerData } from "node:worker_threads";
import { askJq } from "./jq-call.ts";
import type { JqQuestion, JqReply, JqThreadData } from "./jq-protocol.ts";
import { loadJq } from "./jq-wasm.ts";

const { query, memoryBytesMax } = workerData as JqThreadData;
limitMemory(memoryBytesMax);

const jq = await loadJq();
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
    if (!each) reply({ kind: "answers", lines: askJq(jq, query, documents) });
    else for (const document of documents) reply({ kind: "answer", line: askJq(jq, query, [document])[0] });
  } catch (error) {
    reply({ kind: "broken", problem: firstLines(error) });
  }
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

/** What is patched of the global that Node's types do not name. */
interface MemoryPrototype {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A memory that may not grow makes jq say that it has none; that ends this thread and nothing else. */
function limitMemory(bytesMax: number): void {
  const PAGE_BYTES = 65_536;
  const { WebAssembly: global } = globalThis as unknown as { WebAssembly: { Memory: { prototype: MemoryPrototype } } };
  const { grow } = global.Memory.prototype;
  global.Memory.prototype.grow = function (this: MemoryPrototype, pages: number) {
    if (this.buffer.byteLength + pages * PAGE_BYTES > bytesMax) throw new RangeError("jq needs too much memory");
    return grow.call(this, pages);
  };
}

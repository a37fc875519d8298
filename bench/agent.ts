import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLOW_DEFAULTS } from "../src/sources/files/file-flow.ts";
import { Tailer } from "../src/sources/files/tailer.ts";
import { systemClock } from "../src/std/clock.ts";
import { systemRandom } from "../src/std/random.ts";
import { middle } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const LINE = `${"203.0.113.9 - - [20/Jan/2020:10:59:59 +0000] ".padEnd(199, "x")}\n`;
const FILE_BYTES = 256 * 1024 * 1024;
const ROUNDS = 5;

export const agent: Question = {
  name: "agent",
  asks: "How many megabytes of lines of 200 bytes a second does the tailer find in a file and hand to a sink in the same process?",
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), "lakehose-bench-agent-"));
    try {
      await writeFile(join(folder, "app.log"), Buffer.alloc(FILE_BYTES, LINE));
      const seconds: number[] = [];
      for (let round = 0; round < ROUNDS; round++) seconds.push(await follow(join(folder, "app.log")));
      const megabytes = middle(seconds, (each) => FILE_BYTES / 1e6 / each);
      const lines = middle(seconds, (each) => Math.floor(FILE_BYTES / LINE.length) / each);
      return {
        checks: [{ what: "lines into a sink", value: megabytes, unit: "MB/s", limit: atLeast(200, "goal") }],
        rows: [{ name: "tailer", values: { "MB/s": megabytes, "lines/s": lines } }],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Seconds until all whole lines of the file have been handed over. */
async function follow(filePattern: string): Promise<number> {
  const stop = new AbortController();
  const wanted = FILE_BYTES - (FILE_BYTES % LINE.length);
  const startedAt = performance.now();
  let endedAt = startedAt;
  const tailer = new Tailer({
    flow: {
      ...FLOW_DEFAULTS,
      filePattern,
      stream: "bench",
      initialPosition: "START_OF_FILE",
      bufferAgeMs: 0,
      limits: { records: 10_000, bytes: 1024 * 1024 },
      records: {
        skipHeaderLines: 0,
        recordBytesMax: 1_024_000,
        truncatedRecordTerminator: Buffer.from("\n"),
        aggregatedRecordBytes: 0,
      },
    },
    sink: {
      positions: async () => undefined,
      remember: async () => undefined,
      append: async (_, { position }) => {
        if (position.offset < wanted) return;
        endedAt = performance.now();
        stop.abort();
      },
    },
    clock: systemClock,
    random: systemRandom,
  });
  await tailer.run(stop.signal, stop.signal);
  return (endedAt - startedAt) / 1000;
}

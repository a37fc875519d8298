import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { STREAM } from "./harness/bench.ts";
import { callFirehose } from "./harness/http.ts";
import { type Lakehose, streamInto } from "./harness/lakehose.ts";
import { percentile } from "./harness/statistics.ts";
import { atMost, type Question } from "./question.ts";

const POLL_MS = 5;
const VISIBLE_SECONDS_MAX = 1.5;

/** A record that is not visible by then is lost, and the bench says so. */
const VISIBLE_MS_MAX = 30_000;

export const freshness: Question = {
  name: "freshness",
  asks: "With an interval of 0 s: how long after its acknowledgement is a record visible in a file of the lake?",
  run: (bench) => {
    const streams = [streamInto(STREAM, { BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 0 } })];
    return bench.withLakehose({ streams }, async (server) => {
      const seconds: number[] = [];
      const endsAt = performance.now() + bench.seconds * 1000;
      while (performance.now() < endsAt || seconds.length < bench.rounds) {
        bench.progress(`record ${seconds.length + 1}`);
        seconds.push(await visibleAfterSeconds(server, `record ${seconds.length}\n`));
      }
      const sorted = seconds.sort((a, b) => a - b);
      return {
        checks: [
          {
            what: `slowest / ${VISIBLE_SECONDS_MAX} s`,
            value: percentile(sorted, 1) / VISIBLE_SECONDS_MAX,
            limit: atMost(1, "goal"),
          },
        ],
        rows: [
          {
            name: "lakehose",
            values: {
              records: sorted.length,
              "p50 s": percentile(sorted, 0.5),
              "p99 s": percentile(sorted, 0.99),
              "slowest s": percentile(sorted, 1),
            },
          },
        ],
      };
    });
  },
};

async function visibleAfterSeconds(server: Lakehose, text: string): Promise<number> {
  const input = { DeliveryStreamName: STREAM, Record: { Data: Buffer.from(text).toString("base64") } };
  const { status, body } = await callFirehose(server.url, "PutRecord", input);
  if (status !== 200) throw new Error(`PutRecord was answered ${status}: ${body}`);
  const acknowledgedAt = performance.now();
  while (!(await isVisible(join(server.data, "buckets", "lake"), text))) {
    const waitedMs = performance.now() - acknowledgedAt;
    if (waitedMs > VISIBLE_MS_MAX) throw new Error(`${JSON.stringify(text)} is not in the lake after ${waitedMs} ms`);
    await sleep(POLL_MS);
  }
  return (performance.now() - acknowledgedAt) / 1000;
}

/** Objects are named by time, so that the newest comes last. */
async function isVisible(bucket: string, text: string): Promise<boolean> {
  const entries = await readdir(bucket, { recursive: true, withFileTypes: true }).catch(() => []);
  const newest = entries
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, path: join(entry.parentPath, entry.name) }))
    .sort((a, b) => (a.name < b.name ? 1 : -1))
    .slice(0, NEWEST_OBJECTS);
  for (const { path } of newest) {
    if ((await readFile(path, "utf8")).includes(text)) return true;
  }
  return false;
}

/** Names have whole seconds, and several objects may come within one. */
const NEWEST_OBJECTS = 10;

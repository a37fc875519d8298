import { setTimeout as sleep } from "node:timers/promises";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { type Example, expectEqual, expectSameLines, print, runExample } from "../run-example.ts";
import { DataStream, type Visit } from "./data-stream.ts";

/**
 * A Kinesis data stream that feeds a function and, beside it, files of all records: see README.md beside this file.
 *
 *     npm run servers -- run kinesis -- npx node examples/03-data-stream/run.ts [--keep]
 */
const VISITS = 3_000;
const VISITORS = 40;

const { LAKEHOSE_TEST_KINESIS: endpoint } = process.env;
if (endpoint === undefined) throw new Error("Expected a Kinesis server: npm run servers -- run kinesis -- npx node …");
// As the AWS SDK looks for them; the configuration is the one for AWS.
Object.assign(process.env, {
  AWS_ENDPOINT_URL_KINESIS: endpoint,
  AWS_ACCESS_KEY_ID: "any",
  AWS_SECRET_ACCESS_KEY: "any",
});

const stream = await DataStream.create("visits", 2);
try {
  await runExample(import.meta.dirname, act);
} finally {
  await stream.delete();
}

async function act({ lakehose, bucket }: Example): Promise<void> {
  const visits: Visit[] = Array.from({ length: VISITS }, (_, index) => ({
    visitor: `visitor-${index % VISITORS}`,
    page: Math.floor(index / VISITORS),
  }));
  await stream.put(visits.slice(0, VISITS / 2));
  await stream.splitFirst();
  await stream.put(visits.slice(VISITS / 2));
  print(`${VISITS} visits of ${VISITORS} visitors in the data stream, whose first shard was split in between.`);

  for (const reader of ["triggers/forward-visits", "sources/all-visits"])
    await untilRead(`${lakehose.url}/api/${reader}`);
  await lakehose.flush();
  const wanted = visits.map((visit) => JSON.stringify(visit));
  for (const folder of ["visits", "all-visits"]) {
    const objects = await readObjects(bucket, folder);
    print("", `${folder}:`, ...folderLines(objects));
    const lines = linesOf(objects);
    expectSameLines(`lines of ${folder}`, lines, wanted);
    expectOrder(lines);
  }
  print("", "Every visit is there once in both, those of each visitor in their order.");
}

async function untilRead(address: string): Promise<void> {
  for (;;) {
    const { records } = (await (await fetch(address)).json()) as { readonly records: number };
    if (records >= VISITS) return;
    await sleep(100);
  }
}

/** Pages of each visitor count up, and visits of all went into one object. */
function expectOrder(lines: readonly string[]): void {
  const pages = new Map<string, number>();
  for (const line of lines) {
    const { visitor, page } = JSON.parse(line) as Visit;
    expectEqual(`the page of ${visitor}`, page, pages.get(visitor) ?? 0);
    pages.set(visitor, page + 1);
  }
}

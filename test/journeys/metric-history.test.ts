import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, putAll, startJourney, temporaryFolder } from "./journey.ts";

interface Read {
  readonly series: readonly {
    readonly namespace: string;
    readonly metric: string;
    readonly unit: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly points: readonly { readonly sum: number; readonly average: number }[];
  }[];
}

async function read(url: string, query: string): Promise<Read> {
  const answer = await fetch(`${url}/api/metrics?${query}`);
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Read;
}

const sumOf = ({ series: [first] }: Read) => first?.points.reduce((sum, point) => sum + point.sum, 0);

test("the history of a stream's metrics is read while it is made, and after a restart", async (t) => {
  const data = await temporaryFolder(t);
  const first = await startJourney(t, { data });
  await createStream(first.client, "clicks");
  await putAll(
    first.client,
    "clicks",
    ["a", "bb", "ccc"].map((text) => Buffer.from(text)),
  );
  await first.lakehose.flush("clicks");
  const incoming = await read(first.lakehose.url, "stream=clicks&metric=IncomingBytes");
  assert.equal(sumOf(incoming), 6);
  const [series] = incoming.series;
  assert.deepEqual(
    [series?.namespace, series?.unit, series?.dimensions],
    ["AWS/Firehose", "Bytes", { DeliveryStreamName: "clicks" }],
  );
  assert.equal(sumOf(await read(first.lakehose.url, "stream=clicks&metric=DeliveryToS3.Records")), 3);
  await first.lakehose.close();
  const second = await startJourney(t, { data });
  for (const period of [60, 300, 3600]) {
    const again = await read(second.lakehose.url, `stream=clicks&metric=IncomingBytes&period=${period}`);
    assert.equal(sumOf(again), 6, `period ${period}`);
  }
  const all = await read(second.lakehose.url, "stream=clicks");
  assert.ok(all.series.some(({ metric }) => metric === "PutRecordBatch.Latency"));
  assert.deepEqual((await read(second.lakehose.url, "stream=other")).series, []);
});

test("a question about metrics that cannot be answered is refused with what was expected", async (t) => {
  const { lakehose } = await startJourney(t);
  for (const query of ["from=yesterday", "period=90", "period=60&from=0", "from=2026-01-02&to=2026-01-01", "to=9e99"]) {
    const answer = await fetch(`${lakehose.url}/api/metrics?${query}`);
    assert.equal(answer.status, 400, query);
    assert.equal(((await answer.json()) as { code: string }).code, "InvalidArgumentException");
  }
});

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createStream, type Journey, putAll, startJourney, until } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";

const SOON = { IntervalInSeconds: 0, SizeInMBs: 1 };

async function setProcessors({ lakehose }: Journey, stream: string, extensions: object): Promise<Response> {
  return fetch(`${lakehose.url}/api/streams/${stream}/extensions`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(extensions),
  });
}

/** Lines below a prefix, sorted, as soon as there are so many. */
async function untilLines({ data }: Journey, prefix: string, count: number): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  await until(async () => {
    const objects = await readBucket(data, "lake");
    lines = objects.filter(({ key }) => key.startsWith(prefix)).flatMap(({ bytes }) => linesOf(bytes));
    return lines.length >= count;
  });
  return lines.toSorted();
}

test("declarative processors change what lands, and send what is no JSON object to the error output", async (t) => {
  const journey = await startJourney(t);
  const { client } = journey;
  await createStream(client, "clicks", { Prefix: "data/", ErrorOutputPrefix: "errors/", BufferingHints: SOON });
  const processors = [
    { type: "filter", where: "n != 2" },
    { type: "mask-fields", fields: ["user.mail"] },
    { type: "rename-fields", fields: { n: "number" } },
  ];
  const refused = await setProcessors(journey, "clicks", { processors: [{ type: "filter", where: "n !" }] });
  assert.equal(refused.status, 400);
  assert.match(
    await refused.text(),
    /processors\.0: filter\.where: expected = != < <= > >= in or matches at character 3/,
  );
  assert.equal((await setProcessors(journey, "clicks", { processors })).status, 200);
  const records = ['{"n":1,"user":{"mail":"a@b.c"}}\n', '{"n":2}\n', '{"n":12345678901234567890}\n', "no json\n"];
  await putAll(
    client,
    "clicks",
    records.map((text) => Buffer.from(text)),
  );
  assert.deepEqual(await untilLines(journey, "data/", 2), [
    '{"number":1,"user":{"mail":"***"}}\n',
    '{"number":12345678901234567890}\n',
  ]);
  const [error = ""] = await untilLines(journey, "errors/processing-failed/", 1);
  const { errorCode, rawData } = JSON.parse(error);
  assert.deepEqual([errorCode, Buffer.from(rawData, "base64").toString()], ["Lakehose.NotJsonObject", "no json\n"]);
});

const HANDLER = `export const handler = async (event) => ({
  records: event.records.flatMap(({ recordId, data }) => {
    const { n } = JSON.parse(Buffer.from(data, "base64"));
    if (n === 2) return [{ recordId, result: "Dropped" }];
    if (n === 3) return [{ recordId, result: "ProcessingFailed", data }];
    const out = (part) => ({ recordId, result: "Ok", data: Buffer.from(JSON.stringify({ n, part }) + "\\n").toString("base64") });
    return n === 4 ? [out(1), out(2)] : [out(1)];
  }),
});`;

test("a function between processors drops, fails and splits records", async (t) => {
  const journey = await startJourney(t);
  const { client, data } = journey;
  await mkdir(join(data, "functions", "split"), { recursive: true });
  await writeFile(join(data, "functions", "split", "index.mjs"), HANDLER);
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:split:$LATEST";
  await createStream(client, "clicks", {
    Prefix: "data/",
    ErrorOutputPrefix: "errors/",
    BufferingHints: SOON,
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [{ Type: "Lambda", Parameters: [{ ParameterName: "LambdaArn", ParameterValue: arn }] }],
    },
  });
  const processors = [
    { type: "rename-fields", fields: { number: "n" }, before: "lambda" },
    { type: "rename-fields", fields: { part: "half" } },
  ];
  const answer = await setProcessors(journey, "clicks", { processors, lambda: { "fan-out": true } });
  assert.equal(answer.status, 200, await answer.text());
  await putAll(
    client,
    "clicks",
    [1, 2, 3, 4].map((number) => Buffer.from(JSON.stringify({ number }))),
  );
  assert.deepEqual(await untilLines(journey, "data/", 3), [
    '{"n":1,"half":1}\n',
    '{"n":4,"half":1}\n',
    '{"n":4,"half":2}\n',
  ]);
  const [error = ""] = await untilLines(journey, "errors/processing-failed/", 1);
  const { errorCode, lambdaARN, attemptsMade, rawData } = JSON.parse(error);
  assert.deepEqual([errorCode, lambdaARN, attemptsMade], ["Lambda.ProcessingFailedStatus", arn, 1]);
  assert.equal(Buffer.from(rawData, "base64").toString(), '{"number":3}');
});

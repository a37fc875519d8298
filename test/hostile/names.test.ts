import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  CreateDeliveryStreamCommand,
  type FirehoseClient,
  FirehoseServiceException,
  PutRecordCommand,
} from "@aws-sdk/client-firehose";
import { type Lakehose, start } from "../../src/server/index.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { clientOf, PATIENT, ROLE, temporaryFolder } from "../journeys/journey.ts";

/**
 * Names that try to get out of the bucket's folder, through a whole server: each is either refused in the wire's words
 * when the stream is made, or its record lands inside `DATA/buckets/BUCKET/`, and nothing else is found anywhere.
 */
interface World {
  /** Holds the data folder and nothing else. */
  readonly parent: string;
  readonly data: string;
  readonly lakehose: Lakehose;
  readonly client: FirehoseClient;
}

interface Names {
  readonly stream?: string;
  readonly BucketARN?: string;
  readonly Prefix?: string;
  readonly ErrorOutputPrefix?: string;
  readonly FileExtension?: string;
}

const DATA_FOLDERS = new Set([
  "buckets",
  "jobs",
  "deliveries",
  "lock",
  "lock-journal",
  "lock.holder",
  "query",
  "log",
  "logs",
  "meta",
  "metrics",
  "temporary",
  "uploads",
]);

async function world(t: TestContext): Promise<World> {
  const parent = await temporaryFolder(t);
  const data = join(parent, "one", "two", "data");
  await mkdir(data, { recursive: true });
  const lakehose = await start({ data });
  afterwards(t, () => lakehose.close());
  return { parent, data, lakehose, client: clientOf(t, lakehose.url) };
}

let streams = 0;

/** The code of the refusal, or the paths below the bucket's folder where the record landed. */
async function attempt({ client, lakehose, data }: World, names: Names): Promise<string | string[]> {
  const { stream = `s${streams++}`, BucketARN = "arn:aws:s3:::lake", ...rest } = names;
  const bucket = BucketARN.slice(BucketARN.lastIndexOf(":") + 1);
  try {
    await client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: stream,
        ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN, BufferingHints: PATIENT, ...rest },
      }),
    );
  } catch (error) {
    assert.ok(error instanceof FirehoseServiceException, `${JSON.stringify(names)}: ${error}`);
    assert.equal(error.$fault, "client", `${JSON.stringify(names)}: ${error.name} ${error.message}`);
    return error.name;
  }
  const content = `record of ${stream}`;
  await client.send(new PutRecordCommand({ DeliveryStreamName: stream, Record: { Data: Buffer.from(content) } }));
  const waiting = AbortSignal.timeout(10_000);
  await Promise.race([
    lakehose.flush(stream),
    new Promise((_, reject) => {
      waiting.onabort = () => reject(new Error(`accepted, but never delivered: ${JSON.stringify(names)}`));
    }),
  ]);
  const landed: string[] = [];
  for (const path of await filesBelow(join(data, "buckets", bucket))) {
    if ((await readFile(join(data, "buckets", bucket, path), "utf8")) === content) landed.push(path);
  }
  assert.equal(landed.length, 1, `${JSON.stringify(names)} landed in ${landed.join(", ")}`);
  return landed;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries)
    assert.ok(entry.isFile() || entry.isDirectory(), `${entry.name} is no file and no folder`);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Nothing but the data folder, in it nothing but its own folders, and buckets that were asked for. */
async function assertNothingOutside({ parent, data }: World, buckets: readonly string[]): Promise<void> {
  assert.deepEqual(await readdir(parent), ["one"]);
  assert.deepEqual(await readdir(join(parent, "one")), ["two"]);
  assert.deepEqual(await readdir(join(parent, "one", "two")), ["data"]);
  for (const name of await readdir(data)) assert.ok(DATA_FOLDERS.has(name), `${name} lies in the data folder`);
  for (const name of await readdir(join(data, "buckets")))
    assert.ok(buckets.includes(name), `there is a bucket ${name}`);
}

test("names of buckets cannot leave the folder of buckets", async (t) => {
  const here = await world(t);
  const refused = [
    "..",
    ".",
    "",
    "a/b",
    "../a",
    "/etc",
    "a\0",
    "%2e%2e",
    "．．",
    "‥",
    "a".repeat(256),
    "a\\b",
    "a b",
    "büro",
    "a:b",
  ];
  for (const bucket of refused) {
    assert.match(String(await attempt(here, { BucketARN: `arn:aws:s3:::${bucket}` })), /Exception$/, bucket);
  }
  const taken = ["...", ".hidden", "-", "__proto__", "constructor", "a..b", "lake", "LAKE", "Lake", "b".repeat(255)];
  for (const bucket of taken) {
    assert.ok(Array.isArray(await attempt(here, { BucketARN: `arn:aws:s3:::${bucket}` })), bucket);
  }
  await assertNothingOutside(here, taken);
});

test("prefixes cannot leave the bucket's folder, whatever they mean to a file system", async (t) => {
  const here = await world(t);
  const taken = [
    "../",
    "../../../out/",
    "/etc/",
    "//a//",
    "a/../../../b/",
    "a/./b/",
    "..",
    "%2e%2e/",
    "..%2f",
    "%dotdot/",
    "%%dotdot/",
    "．．/",
    "․․/",
    "‥/",
    "..\\..\\",
    "C:\\",
    "~/",
    "$HOME/",
    "CON/",
    ".json/",
    "a.json/",
    "\u202eabc/",
    "é/",
    "e\u0301/",
    "A/",
    "a/",
    "\u0001\u007f/",
    " /",
    "../!{timestamp:yyyy}/",
    "!{timestamp:'..'}/!{timestamp:'..'}/!{timestamp:'..'}/",
    `${"p/".repeat(250)}`,
    "é".repeat(90),
  ];
  for (const Prefix of taken) {
    const ErrorOutputPrefix = Prefix.includes("!{") ? "../!{firehose:error-output-type}/" : undefined;
    const outcome = await attempt(here, { Prefix, ...(ErrorOutputPrefix === undefined ? {} : { ErrorOutputPrefix }) });
    assert.ok(Array.isArray(outcome), `${JSON.stringify(Prefix)}: ${outcome}`);
  }
  for (const refused of [
    "a\0b/",
    "\ud800/",
    "a\udc00",
    "!{timestamp:yyyy/",
    "line\nfeed/",

    `${"𝒳/".repeat(180)}`,
  ]) {
    assert.match(String(await attempt(here, { Prefix: refused })), /Exception$/, JSON.stringify(refused));
    const outcome: unknown = await attempt(here, { Prefix: "a/", ErrorOutputPrefix: refused });
    assert.match(String(outcome), /Exception$/, `error output ${JSON.stringify(refused)}`);
  }
  await assertNothingOutside(here, ["lake"]);
});

test("file extensions and stream names cannot leave the bucket's folder", async (t) => {
  const here = await world(t);
  for (const FileExtension of ["./../../x", ".json/..", ".a\0", ".%2e", "..\\", ".é", "json", "/"]) {
    assert.match(String(await attempt(here, { FileExtension })), /Exception$/, FileExtension);
  }
  for (const FileExtension of ["..", "...", ".json.gz", ".'()*!"]) {
    assert.ok(Array.isArray(await attempt(here, { FileExtension })), FileExtension);
  }
  for (const stream of ["../x", "a/b", "%2e%2e", "a\0", "a".repeat(65), "．．", "é", ""]) {
    assert.match(String(await attempt(here, { stream })), /Exception$/, stream);
  }
  for (const stream of ["..", ".", "...", "-", "__proto__", "constructor", "toString", "CON", "con", "n".repeat(64)]) {
    assert.ok(Array.isArray(await attempt(here, { stream })), stream);
  }
  await assertNothingOutside(here, ["lake"]);
});

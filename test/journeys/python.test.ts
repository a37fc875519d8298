import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { seededRandom } from "../../src/std/random.ts";
import { startJourney, temporaryFolder, until } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";
import { unpack } from "./unpack.ts";

/**
 * boto3 and the AWS CLI do the main job: `npm run servers -- run python -- npm test` brings them. Both sign with
 * configured keys, so signatures that are not made by the SDK for JavaScript are verified here.
 */
const PYTHON = process.env.LAKEHOSE_TEST_PYTHON;
const AWS_CLI = process.env.LAKEHOSE_TEST_AWS_CLI;

const needs = (what: string, variable: string, value: string | undefined) =>
  value === undefined ? `needs ${what}: its path belongs in ${variable}` : false;

const run = promisify(execFile);
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Nothing of the machine's own AWS settings. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: "none",
  AWS_SHARED_CREDENTIALS_FILE: "none",
  AWS_EC2_METADATA_DISABLED: "true",
};

const skipPython = needs("a Python with boto3", "LAKEHOSE_TEST_PYTHON", PYTHON);

test("boto3 creates, describes, puts, updates, tags, lists, deletes, and the lake holds every record", {
  skip: skipPython,
}, async (t) => {
  const { data, lakehose } = await startJourney(t, {
    accessKeys: [{ accessKeyId: "AKIAPYTHON", secretAccessKey: "secret-of-python" }],
  });
  const random = seededRandom(21);
  const records = Array.from({ length: 700 }, (_, index) =>
    Buffer.concat([
      Buffer.from(`${index} `),
      random.bytes(index % 60).map((byte) => (byte === 10 ? 0 : byte)),
      Buffer.from("\n"),
    ]),
  );
  const file = join(await temporaryFolder(t), "records.txt");
  await writeFile(file, records.map((record) => `${record.toString("base64")}\n`).join(""));
  const script = join(import.meta.dirname, "boto3-producer.py");
  const { stdout } = await run(PYTHON ?? "", [script, lakehose.url, file], {
    env: ENVIRONMENT,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  const seen = JSON.parse(stdout) as Record<string, unknown>;
  const { arn, status, encryption, version, tags, names, gone } = seen;
  assert.equal(arn, "arn:aws:firehose:eu-central-1:000000000000:deliverystream/python");
  assert.deepEqual([status, encryption, version, gone], ["ACTIVE", "DISABLED", "2", "ResourceNotFoundException"]);
  assert.deepEqual([tags, names], [["cost", "lakehose:rate-records"], ["python"]]);
  assert.ok(Number(seen.refused) > 0, "the rate refused a part of some batch");
  assert.deepEqual(seen.errors, {
    again: {
      class: "ResourceInUseException",
      code: "ResourceInUseException",
      message: "Firehose python under accountId 000000000000 already exists",
    },
    nobody: {
      class: "ResourceNotFoundException",
      code: "ResourceNotFoundException",
      message: "Firehose nobody under account 000000000000 not found.",
    },
    "too large": {
      class: "ClientError",
      code: "ValidationException",
      message:
        "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must have length less than or equal to 1024000",
    },
    "no key": {
      class: "InvalidKMSResourceException",
      code: "InvalidKMSResourceException",
      message: "Lakehose has no key for encryption at rest. Configure one, then send the request again.",
    },
  });
  const objects = await readBucket(data, "lake");
  assert.ok(
    objects.every(({ key }) => /^changed\/\d{4}\/python-2-.*\.gz$/.test(key)),
    objects.map(({ key }) => key).join(),
  );
  const found = objects.flatMap(({ bytes }) => latinLines(unpack.gzip(bytes)));
  assert.deepEqual(found.sort(), records.map((record) => record.toString("latin1")).sort());
});

/** Bytes that are not UTF-8 stay apart only where each byte is a character. */
function latinLines(content: Buffer): string[] {
  return content.toString("latin1").match(/[^\n]*\n/g) ?? [];
}

const skipCli = needs("the AWS CLI", "LAKEHOSE_TEST_AWS_CLI", AWS_CLI);

test("the AWS CLI does the main job with the commands of AWS's own guides", { skip: skipCli }, async (t) => {
  const { data, lakehose } = await startJourney(t, {
    accessKeys: [{ accessKeyId: "AKIACLI", secretAccessKey: "secret-of-cli" }],
  });
  const env = {
    ...ENVIRONMENT,
    AWS_ACCESS_KEY_ID: "AKIACLI",
    AWS_SECRET_ACCESS_KEY: "secret-of-cli",
    AWS_DEFAULT_REGION: "us-west-2",
    AWS_ENDPOINT_URL: lakehose.url,
  };
  const aws = async (...args: string[]) => {
    const { stdout } = await run(AWS_CLI ?? "", [...args, "--output", "json"], { env, maxBuffer: OUTPUT_BYTES_MAX });
    return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as Record<string, unknown>);
  };
  const named = ["--delivery-stream-name", "cli"];

  const identity = await aws("sts", "get-caller-identity");
  assert.equal(identity?.Arn, "arn:aws:iam::000000000000:user/AKIACLI");
  const destination =
    "RoleARN=arn:aws:iam::000000000000:role/delivery,BucketARN=arn:aws:s3:::lake,Prefix=cli/,BufferingHints={SizeInMBs=1,IntervalInSeconds=900}";
  const created = await aws(
    "firehose",
    "create-delivery-stream",
    ...named,
    "--extended-s3-destination-configuration",
    destination,
  );
  assert.equal(created?.DeliveryStreamARN, "arn:aws:firehose:us-west-2:000000000000:deliverystream/cli");
  await until(async () => (await describeByCli(aws)).DeliveryStreamStatus === "ACTIVE");

  // Version 1 takes blobs as they are and does not know the option that asks for it.
  const { stdout: release } = await run(AWS_CLI ?? "", ["--version"], { env });
  const raw = release.startsWith("aws-cli/1.") ? [] : ["--cli-binary-format", "raw-in-base64-out"];
  await aws("firehose", "put-record", ...named, ...raw, "--record", '{"Data":"{\\"one\\":1}\\n"}');
  const batch = JSON.stringify([{ Data: "two\n" }, { Data: "dr\u00ebi\n" }]);
  const put = await aws("firehose", "put-record-batch", ...named, ...raw, "--records", batch);
  assert.equal(put?.FailedPutCount, 0);
  const { VersionId: version } = await describeByCli(aws);
  assert.equal(version, "1");
  assert.deepEqual((await aws("firehose", "list-delivery-streams"))?.DeliveryStreamNames, ["cli"]);
  await assert.rejects(aws("firehose", "describe-delivery-stream", "--delivery-stream-name", "none"), (error: Error) =>
    /ResourceNotFoundException.*Firehose none under account 000000000000 not found/.test(error.message),
  );
  await aws("firehose", "delete-delivery-stream", ...named);
  await until(async () => {
    const left = await aws("firehose", "list-delivery-streams");
    return Array.isArray(left?.DeliveryStreamNames) && left.DeliveryStreamNames.length === 0;
  });
  const objects = await readBucket(data, "lake");
  assert.deepEqual(
    objects.flatMap(({ bytes }) => linesOf(bytes)),
    ['{"one":1}\n', "two\n", "dr\u00ebi\n"],
  );
});

async function describeByCli(aws: (...args: string[]) => Promise<Record<string, unknown> | undefined>) {
  const answer = await aws("firehose", "describe-delivery-stream", "--delivery-stream-name", "cli");
  return (answer?.DeliveryStreamDescription ?? {}) as { DeliveryStreamStatus?: string; VersionId?: string };
}

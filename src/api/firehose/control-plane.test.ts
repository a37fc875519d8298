import assert from "node:assert/strict";
import { test } from "node:test";
import { StreamParts } from "../../../test/fakes/stream-parts.ts";
import { packRecords } from "../../model/records.ts";
import type { JsonObject } from "../../std/json.ts";
import { StreamsService } from "../../streams/streams-service.ts";
import { wireErrorOf } from "../protocol/error-mapping.ts";
import type { OperationRequest } from "../protocol/operation.ts";
import { controlPlane } from "./control-plane.ts";
import { translateDeclared } from "./translate.ts";

const ACCOUNT = "000000000000";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/firehose`;
const CLUSTER = `arn:aws:kafka:us-east-1:${ACCOUNT}:cluster/orders/5f`;
const upstreams = {
  kafkaCluster: (arn: string) => (arn === CLUSTER ? { brokers: ["kafka-1:9092"] } : undefined),
  kinesisStream: () => ({}),
};
const s3 = (more: JsonObject = {}): JsonObject => ({ RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake", ...more });

/** The operations over a real stream service with fake logs and deliveries; failures come back as "Code: message". */
async function plane(options: { canEncrypt?: boolean } = {}) {
  const parts = new StreamParts();
  const streams = await StreamsService.open(parts.dependencies({ translate: translateDeclared }));
  const { canEncrypt = true } = options;
  const operations = controlPlane({ streams, clock: parts.clock, canEncrypt: () => canEncrypt, upstreams });
  const call = async (name: string, input: JsonObject): Promise<JsonObject> => {
    const operation = operations.find((one) => one.target === `Firehose_20150804.${name}`);
    assert.ok(operation, name);
    let authorized = false;
    const request: OperationRequest = {
      body: Buffer.from(JSON.stringify(input)),
      bodySha256: () => "",
      json: () => input,
      caller: { principal: "me", proof: "key", accountId: ACCOUNT, region: "us-east-1", may: () => true },
      requestId: "1",
      headers: {},
      authorize: (resource) => {
        authorized = true;
        return resource;
      },
    };
    const answer = await operation.handle(request);
    assert.ok(authorized, `${name} asked for permission`);
    return answer as JsonObject;
  };
  const fails = async (name: string, input: JsonObject): Promise<string> => {
    try {
      await call(name, input);
    } catch (error) {
      const stream = String(input.DeliveryStreamName ?? "");
      const wire = wireErrorOf(error, { accountId: ACCOUNT, stream });
      if (wire !== undefined) return `${wire.code}: ${wire.message}`;
      throw error;
    }
    return "accepted";
  };
  const create = (destination: JsonObject = s3(), more: JsonObject = {}) =>
    call("CreateDeliveryStream", { DeliveryStreamName: "s", ExtendedS3DestinationConfiguration: destination, ...more });
  const update = (version: string, changes: JsonObject) => ({
    DeliveryStreamName: "s",
    CurrentDeliveryStreamVersionId: version,
    DestinationId: "destinationId-000000000001",
    ExtendedS3DestinationUpdate: changes,
  });
  const describe = async () =>
    (await call("DescribeDeliveryStream", { DeliveryStreamName: "s" })).DeliveryStreamDescription as JsonObject;
  const describeS3 = async () => {
    const [destination] = (await describe()).Destinations as JsonObject[];
    return destination?.ExtendedS3DestinationDescription as JsonObject;
  };
  return { parts, streams, call, fails, create, update, describe, describeS3 };
}

test("a whole life: create, describe, update, tag, put, delete", async () => {
  const { parts, streams, call, fails, create, update, describe } = await plane();
  assert.deepEqual(await create(), {
    DeliveryStreamARN: "arn:aws:firehose:us-east-1:000000000000:deliverystream/s",
  });
  const view = {
    RoleARN: ROLE,
    BucketARN: "arn:aws:s3:::lake",
    BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 300 },
    CompressionFormat: "UNCOMPRESSED",
    EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption" },
    CloudWatchLoggingOptions: { Enabled: false },
  };
  assert.deepEqual(await describe(), {
    DeliveryStreamName: "s",
    DeliveryStreamARN: "arn:aws:firehose:us-east-1:000000000000:deliverystream/s",
    DeliveryStreamStatus: "ACTIVE",
    DeliveryStreamType: "DirectPut",
    VersionId: "1",
    CreateTimestamp: 1_700_000_000,
    DeliveryStreamEncryptionConfiguration: { Status: "DISABLED" },
    Destinations: [
      {
        DestinationId: "destinationId-000000000001",
        S3DestinationDescription: view,
        ExtendedS3DestinationDescription: { ...view, S3BackupMode: "Disabled" },
      },
    ],
    HasMoreDestinations: false,
  });
  assert.equal(
    await fails("CreateDeliveryStream", { DeliveryStreamName: "s", S3DestinationConfiguration: s3() }),
    "ResourceInUseException: Firehose s under accountId 000000000000 already exists",
  );
  await parts.clock.advance(5000);
  assert.deepEqual(await call("UpdateDestination", update("1", { Prefix: "a/" })), {});
  assert.equal((await describe()).VersionId, "2");
  assert.equal((await describe()).LastUpdateTimestamp, 1_700_000_005);
  assert.equal(parts.delivery().plans.at(-1)?.definition.naming.prefix, "a/");
  await streams.intake("s").accept({ records: packRecords([Buffer.from("x")]), call: "PutRecord" });
  await call("DeleteDeliveryStream", { DeliveryStreamName: "s" });
  await streams.settled();
  assert.equal(parts.delivery().delivered, 1);
  assert.equal(
    await fails("DescribeDeliveryStream", { DeliveryStreamName: "s" }),
    "ResourceNotFoundException: Firehose s under account 000000000000 not found.",
  );
  assert.deepEqual(await call("ListDeliveryStreams", {}), { DeliveryStreamNames: [], HasMoreDeliveryStreams: false });
});

test("CreateDeliveryStream stores nothing of what is not delivered yet, and says so", async () => {
  const { streams, fails } = await plane();
  const snowflake = {
    AccountUrl: "https://account.snowflakecomputing.com",
    SecretsManagerConfiguration: { Enabled: true, SecretARN: "arn:aws:secretsmanager:eu-west-1:000000000000:secret:s" },
    Database: "d",
    Schema: "s",
    Table: "t",
    RoleARN: ROLE,
    S3Configuration: s3(),
  };
  const cases: [JsonObject, string][] = [
    [
      { SnowflakeDestinationConfiguration: snowflake },
      "Lakehose does not deliver to Snowflake yet. Use an S3 destination.",
    ],
  ];
  for (const [input, expected] of cases) {
    const answer = await fails("CreateDeliveryStream", { DeliveryStreamName: "s", ...input });
    assert.equal(answer, `InvalidArgumentException: ${expected}`);
  }
  assert.deepEqual(streams.list(), []);
});

test("CreateDeliveryStream takes a topic of a Kafka cluster that the configuration knows, and refuses another", async () => {
  const { fails, create, call } = await plane();
  const source = (arn: string) => ({
    DeliveryStreamType: "MSKAsSource",
    MSKSourceConfiguration: {
      MSKClusterARN: arn,
      TopicName: "orders",
      AuthenticationConfiguration: { RoleARN: ROLE, Connectivity: "PRIVATE" },
    },
  });
  const other = { DeliveryStreamName: "o", S3DestinationConfiguration: s3(), ...source(`${CLUSTER}f`) };
  assert.match(await fails("CreateDeliveryStream", other), /^InvalidArgumentException: .*streamSources\.kafka/);
  await create(s3(), source(CLUSTER));
  const { DeliveryStreamDescription } = await call("DescribeDeliveryStream", { DeliveryStreamName: "s" });
  const { Source } = DeliveryStreamDescription as JsonObject;
  assert.equal(((Source as JsonObject).MSKSourceDescription as JsonObject).TopicName, "orders");
});

test("CreateDeliveryStream takes a data stream of Kinesis, and tells since when it is read", async () => {
  const { create, call } = await plane();
  const KinesisStreamARN = "arn:aws:kinesis:us-east-1:000000000000:stream/k";
  const KinesisStreamSourceConfiguration = { KinesisStreamARN, RoleARN: ROLE };
  await create(s3(), { DeliveryStreamType: "KinesisStreamAsSource", KinesisStreamSourceConfiguration });
  const { DeliveryStreamDescription } = await call("DescribeDeliveryStream", { DeliveryStreamName: "s" });
  const { KinesisStreamSourceDescription } = (DeliveryStreamDescription as JsonObject).Source as JsonObject;
  const { DeliveryStartTimestamp, ...described } = KinesisStreamSourceDescription as JsonObject;
  assert.deepEqual(described, KinesisStreamSourceConfiguration);
  assert.equal(typeof DeliveryStartTimestamp, "number");
});

test("CreateDeliveryStream refuses zero and several destinations, and a type without its source", async () => {
  const { fails } = await plane();
  const one = "InvalidArgumentException: Exactly one destination configuration is supported for a Firehose";
  const both = { S3DestinationConfiguration: s3(), ExtendedS3DestinationConfiguration: s3() };
  assert.equal(await fails("CreateDeliveryStream", { DeliveryStreamName: "s" }), one);
  assert.equal(await fails("CreateDeliveryStream", { DeliveryStreamName: "s", ...both }), one);
  const type = { DeliveryStreamType: "KinesisStreamAsSource", S3DestinationConfiguration: s3() };
  assert.equal(
    await fails("CreateDeliveryStream", { DeliveryStreamName: "s", ...type }),
    "InvalidArgumentException: KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type.",
  );
});

test("UpdateDestination answers version, id, state and emptiness in AWS's words", async () => {
  const { fails, create, update, describe } = await plane();
  await create();
  assert.equal(
    await fails("UpdateDestination", update("7", {})),
    "ConcurrentModificationException: Cannot update firehose: s since the current version id: 1 and specified version id: 7 do not match",
  );
  assert.equal(
    await fails("UpdateDestination", { ...update("1", {}), DestinationId: "destinationId-2" }),
    "InvalidArgumentException: Destination Id destinationId-2 not found",
  );
  const { ExtendedS3DestinationUpdate: _, ...nothing } = update("1", {});
  assert.equal(
    await fails("UpdateDestination", nothing),
    "InvalidArgumentException: At least one destination or source configuration update must be provided",
  );
  assert.equal(
    await fails("UpdateDestination", { ...nothing, HttpEndpointDestinationUpdate: {} }),
    "InvalidArgumentException: Changing the destination type to or from HttpEndpoint is not supported at this time.",
  );
  assert.equal(
    await fails("UpdateDestination", { ...nothing, SplunkDestinationUpdate: { HECEndpoint: "https://s:8088" } }),
    "ValidationException: 2 validation errors detected: Value at 'splunkDestinationConfiguration.hECEndpointType' failed to satisfy constraint: Member must not be null; Value at 'splunkDestinationConfiguration.s3Configuration' failed to satisfy constraint: Member must not be null",
  );
  assert.equal(await fails("UpdateDestination", update("1", {})), "accepted");
  assert.equal(await fails("UpdateDestination", update("1", { BucketARN: "arn:aws:s3:::lake" })), "accepted");
  assert.equal((await describe()).VersionId, "1");
  assert.equal((await describe()).LastUpdateTimestamp, undefined);
});

test("UpdateDestination merges as AWS does, and one-way switches stay", async () => {
  const { parts, call, fails, create, update, describeS3 } = await plane();
  const append = { Type: "AppendDelimiterToRecord", Parameters: [{ ParameterName: "Delimiter", ParameterValue: "x" }] };
  await create(s3({ ProcessingConfiguration: { Enabled: true, Processors: [append] } }));
  assert.deepEqual((await describeS3()).ProcessingConfiguration, {
    Enabled: true,
    Processors: [{ Type: "AppendDelimiterToRecord", Parameters: [] }],
  });
  assert.deepEqual(parts.delivery().plans[0]?.definition.format, { type: "raw", options: { delimiter: "\n" } });
  await call("UpdateDestination", update("1", { BufferingHints: { SizeInMBs: 9 } }));
  await call("UpdateDestination", update("2", { BufferingHints: { IntervalInSeconds: 60 } }));
  assert.deepEqual((await describeS3()).BufferingHints, { SizeInMBs: 9, IntervalInSeconds: 60 });
  assert.equal(
    await fails("UpdateDestination", update("3", { ProcessingConfiguration: {} })),
    "InvalidArgumentException: A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.",
  );
  await call("UpdateDestination", update("3", { ProcessingConfiguration: { Enabled: false } }));
  assert.deepEqual((await describeS3()).ProcessingConfiguration, { Enabled: false });
  assert.equal(
    await fails("UpdateDestination", update("4", { S3BackupMode: "Enabled" })),
    "InvalidArgumentException: S3 backup destination configuration is required when enabling S3 backup.",
  );
  await call("UpdateDestination", update("4", { S3BackupMode: "Enabled", S3BackupUpdate: s3({ Prefix: "b/" }) }));
  const described = await describeS3();
  assert.equal((described.S3BackupDescription as JsonObject).Prefix, "b/");
  assert.equal(described.S3BackupConfiguration, undefined);
  assert.equal(parts.delivery("destinationId-000000000001-backup").startAt, 0);
  assert.equal(
    await fails("UpdateDestination", update("5", { S3BackupMode: "Disabled" })),
    "InvalidArgumentException: Disabling S3 backup is not currently supported.",
  );
  assert.equal(
    await fails("UpdateDestination", update("5", { DynamicPartitioningConfiguration: { Enabled: true } })),
    "InvalidArgumentException: Enabling Dynamic Partitioning is not supported for an existing delivery stream.",
  );
});

test("Describe keeps an empty Prefix apart from an absent one", async () => {
  const { create, describeS3 } = await plane();
  await create(s3({ Prefix: "" }));
  assert.equal((await describeS3()).Prefix, "");
  assert.equal("ErrorOutputPrefix" in (await describeS3()), false);
});

test("ListDeliveryStreams pages in name order with cursors that need not exist", async () => {
  const { call } = await plane();
  for (const name of ["b", "d", "a", "c"]) {
    await call("CreateDeliveryStream", { DeliveryStreamName: name, S3DestinationConfiguration: s3() });
  }
  const list = (input: JsonObject) => call("ListDeliveryStreams", input);
  assert.deepEqual(await list({ Limit: 2 }), { DeliveryStreamNames: ["a", "b"], HasMoreDeliveryStreams: true });
  const after = { ExclusiveStartDeliveryStreamName: "bb", Limit: 2 };
  assert.deepEqual(await list(after), { DeliveryStreamNames: ["c", "d"], HasMoreDeliveryStreams: false });
  const other = await list({ DeliveryStreamType: "MSKAsSource" });
  assert.deepEqual(other, { DeliveryStreamNames: [], HasMoreDeliveryStreams: false });
});

test("tags: last duplicate wins, 50 at most, key order, cursor, unknown keys ignored, settings live", async () => {
  const { parts, call, fails, create, describe } = await plane();
  await create(s3(), { Tags: [{ Key: "b", Value: "1" }, { Key: "b", Value: "2" }, { Key: "a" }] });
  const list = (more: JsonObject = {}) => call("ListTagsForDeliveryStream", { DeliveryStreamName: "s", ...more });
  const both = [
    { Key: "a", Value: "" },
    { Key: "b", Value: "2" },
  ];
  assert.deepEqual(await list(), { Tags: both, HasMoreTags: false });
  assert.deepEqual(await list({ Limit: 1 }), { Tags: [both[0]], HasMoreTags: true });
  assert.deepEqual(await list({ ExclusiveStartTagKey: "aa" }), { Tags: [both[1]], HasMoreTags: false });
  const many = Array.from({ length: 49 }, (_, index) => ({ Key: `k${index}` }));
  assert.equal(
    await fails("TagDeliveryStream", { DeliveryStreamName: "s", Tags: many }),
    "LimitExceededException: A delivery stream has at most 50 tags; this makes 51.",
  );
  await call("UntagDeliveryStream", { DeliveryStreamName: "s", TagKeys: ["a", "never"] });
  assert.deepEqual((await list()).Tags, [both[1]]);
  const setting = { Key: "lakehose:roll-idle", Value: "6h" };
  await call("TagDeliveryStream", { DeliveryStreamName: "s", Tags: [setting] });
  assert.equal((await describe()).VersionId, "2");
  assert.equal(parts.delivery().plans.at(-1)?.definition.roll.idleMs, 21_600_000);
  await call("UntagDeliveryStream", { DeliveryStreamName: "s", TagKeys: [setting.Key] });
  assert.equal(parts.delivery().plans.at(-1)?.definition.roll.idleMs, undefined);
  assert.match(
    await fails("TagDeliveryStream", { DeliveryStreamName: "s", Tags: [{ Key: "lakehose:roll-idle", Value: "6" }] }),
    /^InvalidArgumentException: Setting lakehose:roll-idle: /,
  );
});

test("encryption: states, key rules, 25 toggles in 24 hours", async () => {
  const { parts, call, fails, create, describe } = await plane();
  await create();
  const start = (input?: JsonObject) => ({
    DeliveryStreamName: "s",
    ...(input === undefined ? {} : { DeliveryStreamEncryptionConfigurationInput: input }),
  });
  const keyArn = "arn:aws:kms:us-east-1:000000000000:key/k";
  assert.equal(
    await fails("StartDeliveryStreamEncryption", start({ KeyType: "AWS_OWNED_CMK", KeyARN: keyArn })),
    "InvalidArgumentException: KeyARN cannot be specified when KeyType is AWS_OWNED_CMK",
  );
  await call("StartDeliveryStreamEncryption", start());
  const encryption = async () => (await describe()).DeliveryStreamEncryptionConfiguration;
  assert.deepEqual(await encryption(), { Status: "ENABLED", KeyType: "AWS_OWNED_CMK" });
  await call("StartDeliveryStreamEncryption", start({ KeyType: "CUSTOMER_MANAGED_CMK", KeyARN: keyArn }));
  assert.deepEqual(await encryption(), { Status: "ENABLED", KeyType: "CUSTOMER_MANAGED_CMK", KeyARN: keyArn });
  for (let call_ = 3; call_ <= 25; call_++) await call("StopDeliveryStreamEncryption", { DeliveryStreamName: "s" });
  assert.deepEqual(await encryption(), { Status: "DISABLED" });
  assert.match(await fails("StartDeliveryStreamEncryption", start()), /^LimitExceededException: /);
  await parts.clock.advance(86_400_001);
  assert.equal(await fails("StartDeliveryStreamEncryption", start()), "accepted");
  assert.equal((await describe()).VersionId, "1");
});

test("encryption without a configured key is refused, at creation too", async () => {
  const { streams, fails, create } = await plane({ canEncrypt: false });
  const input = { DeliveryStreamEncryptionConfigurationInput: { KeyType: "AWS_OWNED_CMK" } };
  const request = { DeliveryStreamName: "s", S3DestinationConfiguration: s3(), ...input };
  assert.match(await fails("CreateDeliveryStream", request), /^InvalidKMSResourceException: /);
  assert.deepEqual(streams.list(), []);
  await create();
  assert.match(
    await fails("StartDeliveryStreamEncryption", { DeliveryStreamName: "s" }),
    /^InvalidKMSResourceException: /,
  );
});

test("DELETING: the name stays taken, deleting again is no error, changes are refused", async () => {
  const { parts, call, fails, create, update, describe } = await plane();
  await create();
  parts.delivery().stuck = true;
  await call("DeleteDeliveryStream", { DeliveryStreamName: "s" });
  await call("DeleteDeliveryStream", { DeliveryStreamName: "s" });
  assert.equal((await describe()).DeliveryStreamStatus, "DELETING");
  assert.equal(
    await fails("UpdateDestination", update("1", {})),
    "ResourceInUseException: Cannot update firehose: s when it is in DELETING status",
  );
  assert.match(
    await fails("CreateDeliveryStream", { DeliveryStreamName: "s", S3DestinationConfiguration: s3() }),
    /^ResourceInUseException: /,
  );
  await parts.clock.advance(5 * 60_000);
  while ((await describe()).DeliveryStreamStatus === "DELETING") await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual((await describe()).FailureDescription, {
    Type: "UNKNOWN_ERROR",
    Details: "destinationId-000000000001: not delivered within 300000 ms",
  });
  await call("DeleteDeliveryStream", { DeliveryStreamName: "s", AllowForceDelete: true });
  assert.deepEqual(await call("ListDeliveryStreams", {}), { DeliveryStreamNames: [], HasMoreDeliveryStreams: false });
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  DeleteTableCommand,
  GetPartitionCommand,
  GetPartitionsCommand,
  type GetPartitionsCommandInput,
  GlueClient,
  type PartitionInput,
  paginateGetPartitions,
  UpdatePartitionCommand,
} from "@aws-sdk/client-glue";
import { afterwards } from "./cleanup.ts";
import { startJourney } from "./journey.ts";

/** The partitions of a table as programs that speak to AWS Glue see them. */

const OF_ORDERS = { DatabaseName: "sales", TableName: "orders" };

const COLUMNS = [
  { Name: "id", Type: "bigint" },
  { Name: "price", Type: "decimal(10,2)", Comment: "net" },
];

function glueOf(t: TestContext, endpoint: string): GlueClient {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new GlueClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
  afterwards(t, () => client.destroy());
  return client;
}

async function withOrders(t: TestContext) {
  const { lakehose, data } = await startJourney(t);
  const glue = glueOf(t, lakehose.url);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "sales" } }));
  const PartitionKeys = [
    { Name: "year", Type: "int" },
    { Name: "month", Type: "string" },
  ];
  const TableInput = { Name: "orders", PartitionKeys, StorageDescriptor: { Columns: COLUMNS } };
  await glue.send(new CreateTableCommand({ DatabaseName: "sales", TableInput }));
  return { glue, lakehose, data };
}

function partition(year: number, month: string): PartitionInput {
  return {
    Values: [String(year), month],
    StorageDescriptor: {
      Columns: COLUMNS,
      Location: `s3://lake/orders/year=${year}/month=${month}/`,
      SerdeInfo: { SerializationLibrary: "org.openx.data.jsonserde.JsonSerDe", Parameters: { paths: "id,price" } },
      Parameters: { recordCount: "7" },
    },
    Parameters: { Made: "by hand" },
  };
}

const MONTHS = Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(2, "0"));

/** 21 years of 12 months, the last two left out: 250. */
const MANY = Array.from({ length: 21 }, (_, index) => MONTHS.map((month) => partition(2000 + index, month)))
  .flat()
  .slice(0, 250);

async function listed(glue: GlueClient, input: Partial<GetPartitionsCommandInput>, pageSize = 100) {
  const pages: string[][] = [];
  for await (const { Partitions = [] } of paginateGetPartitions(
    { client: glue, pageSize },
    { ...OF_ORDERS, ...input },
  )) {
    pages.push(Partitions.map(({ Values = [] }) => Values.join("/")));
  }
  return pages;
}

test("a partition lives: every member comes back, it changes, moves and goes", async (t) => {
  const { glue } = await withOrders(t);
  const input = {
    ...partition(2024, "02"),
    LastAccessTime: new Date(1_700_000_000_000),
    LastAnalyzedTime: new Date(1_700_000_001_000),
  };
  await glue.send(new CreatePartitionCommand({ ...OF_ORDERS, PartitionInput: input }));
  const get = (...PartitionValues: string[]) => glue.send(new GetPartitionCommand({ ...OF_ORDERS, PartitionValues }));
  const { CreationTime, ...described } = (await get("2024", "02")).Partition ?? {};
  assert.deepEqual(described, { ...input, ...OF_ORDERS, CatalogId: "000000000000" });
  assert.ok(CreationTime instanceof Date && CreationTime.getTime() > 1_700_000_000_000);

  const update = (PartitionInput: PartitionInput) =>
    glue.send(new UpdatePartitionCommand({ ...OF_ORDERS, PartitionValueList: ["2024", "02"], PartitionInput }));
  await update({ Parameters: { Made: "anew" } });
  const { Partition: changed } = await get("2024", "02");
  assert.deepEqual([changed?.Parameters, changed?.StorageDescriptor], [{ Made: "anew" }, undefined]);
  assert.deepEqual(changed?.CreationTime, CreationTime);
  await update(partition(2025, "01"));
  await assert.rejects(get("2024", "02"), { name: "EntityNotFoundException", message: /no partition 2024\/02/ });
  assert.equal(
    (await get("2025", "01")).Partition?.StorageDescriptor?.Location,
    "s3://lake/orders/year=2025/month=01/",
  );

  const remove = new DeletePartitionCommand({ ...OF_ORDERS, PartitionValues: ["2025", "01"] });
  await glue.send(remove);
  await assert.rejects(glue.send(remove), { name: "EntityNotFoundException" });
});

test("250 partitions come in pages, by expression and in segments, also after a restart", async (t) => {
  const { glue, lakehose, data } = await withOrders(t);
  for (let at = 0; at < MANY.length; at += 100) {
    const PartitionInputList = MANY.slice(at, at + 100);
    const { Errors } = await glue.send(new BatchCreatePartitionCommand({ ...OF_ORDERS, PartitionInputList }));
    assert.deepEqual(Errors, []);
  }
  const pages = await listed(glue, {});
  assert.deepEqual(
    pages.map(({ length }) => length),
    [100, 100, 50],
  );
  const all = MANY.map(({ Values = [] }) => Values.join("/"));
  assert.deepEqual(pages.flat(), all);

  const Expression = "(year BETWEEN 2003 AND 2019) AND month IN ('01', '07') AND NOT (year = '2005')";
  const filtered = await listed(glue, { Expression }, 10);
  const expected = all.filter((one) => /^20(0[346789]|1\d)\/0[17]$/.test(one));
  assert.deepEqual(filtered.flat(), expected);
  assert.deepEqual(filtered.map(({ length }) => length).slice(0, -1), [10, 10, 10]);
  assert.deepEqual((await listed(glue, { Expression: "year >= 2020 and month like '1%'" })).flat(), ["2020/10"]);

  const segments = await Promise.all(
    [0, 1, 2].map((SegmentNumber) => listed(glue, { Segment: { SegmentNumber, TotalSegments: 3 } })),
  );
  assert.deepEqual(segments.flat(2).sort(), all);

  const bare = new GetPartitionsCommand({ ...OF_ORDERS, MaxResults: 1, ExcludeColumnSchema: true });
  const [first] = (await glue.send(bare)).Partitions ?? [];
  assert.deepEqual([first?.StorageDescriptor?.Columns, first?.Parameters], [undefined, { Made: "by hand" }]);
  assert.equal(first?.StorageDescriptor?.Location, "s3://lake/orders/year=2000/month=01/");

  await lakehose.close();
  const again = glueOf(t, (await startJourney(t, { data })).lakehose.url);
  assert.deepEqual((await listed(again, {}, 1000)).flat(), all);
});

test("batches say what became of each", async (t) => {
  const { glue } = await withOrders(t);
  const [a, b, c] = [partition(2024, "01"), partition(2024, "02"), partition(2024, "03")];
  await glue.send(new CreatePartitionCommand({ ...OF_ORDERS, PartitionInput: a }));
  const created = await glue.send(new BatchCreatePartitionCommand({ ...OF_ORDERS, PartitionInputList: [a, b, c] }));
  assert.deepEqual(
    created.Errors?.map(({ PartitionValues, ErrorDetail }) => [PartitionValues, ErrorDetail]),
    [[["2024", "01"], { ErrorCode: "AlreadyExistsException", ErrorMessage: "Partition already exists." }]],
  );
  const [first, second, third, none] = ["01", "02", "03", "12"].map((month) => ["2024", month]);
  const entry = (values: string[] = [], more: PartitionInput = {}) => ({
    PartitionValueList: values,
    PartitionInput: { Values: values, Parameters: { Made: "anew" }, ...more },
  });
  const Entries = [entry(first), entry(none), entry(second, { Values: third ?? [] })];
  const updated = await glue.send(new BatchUpdatePartitionCommand({ ...OF_ORDERS, Entries }));
  assert.deepEqual(
    updated.Errors?.map(({ PartitionValueList, ErrorDetail }) => [PartitionValueList, ErrorDetail?.ErrorCode]),
    [
      [none, "EntityNotFoundException"],
      [second, "AlreadyExistsException"],
    ],
  );
  const named = (...all: (string[] | undefined)[]) => all.map((Values) => ({ Values }));
  const get = new BatchGetPartitionCommand({ ...OF_ORDERS, PartitionsToGet: named(third, none, first) });
  const got = await glue.send(get);
  assert.deepEqual(
    got.Partitions?.map(({ Values, Parameters }) => [Values, Parameters?.Made]),
    [
      [third, "by hand"],
      [first, "anew"],
    ],
  );
  assert.deepEqual(got.UnprocessedKeys, []);
  const remove = new BatchDeletePartitionCommand({ ...OF_ORDERS, PartitionsToDelete: named(first, none) });
  assert.deepEqual(
    (await glue.send(remove)).Errors?.map(({ PartitionValues, ErrorDetail }) => [
      PartitionValues,
      ErrorDetail?.ErrorCode,
    ]),
    [[none, "EntityNotFoundException"]],
  );
  assert.deepEqual(await listed(glue, {}), [["2024/02", "2024/03"]]);
});

test("partitions are refused with Glue's names", async (t) => {
  const { glue } = await withOrders(t);
  const refused = (call: Promise<unknown>, name: string, message: RegExp) => assert.rejects(call, { name, message });
  const create = (PartitionInput: PartitionInput, more: object = {}) =>
    glue.send(new CreatePartitionCommand({ ...OF_ORDERS, PartitionInput, ...more }));
  const list = (input: Partial<GetPartitionsCommandInput>) =>
    glue.send(new GetPartitionsCommand({ ...OF_ORDERS, ...input }));
  await create(partition(2024, "01"));
  await refused(create(partition(2024, "01")), "AlreadyExistsException", /^Partition already exists\.$/);
  await refused(create({ Values: ["2024"] }), "InvalidInputException", /Expected 2 values.*year, month, got 1/);
  await refused(create({}), "InvalidInputException", /Expected 2 values.*got 0/);
  await refused(
    create({ Values: ["2024", ""] }),
    "ValidationException",
    /values\.2\.member.*greater than or equal to 1/,
  );
  await refused(create({}, { TableName: "none" }), "EntityNotFoundException", /^Table none not found\.$/);
  await refused(create({}, { DatabaseName: "none" }), "EntityNotFoundException", /^Database none not found\.$/);
  const tooMany = Array.from({ length: 101 }, () => partition(2025, "01"));
  const batch = new BatchCreatePartitionCommand({ ...OF_ORDERS, PartitionInputList: tooMany });
  await refused(glue.send(batch), "ValidationException", /length less than or equal to 100/);
  const gone = Array.from({ length: 26 }, () => ({ Values: ["2024", "01"] }));
  const deletion = new BatchDeletePartitionCommand({ ...OF_ORDERS, PartitionsToDelete: gone });
  await refused(glue.send(deletion), "ValidationException", /length less than or equal to 25/);
  await refused(list({ Expression: "year =" }), "InvalidInputException", /character 7: expected a partition key/);
  await refused(list({ Expression: "day = 1" }), "InvalidInputException", /no partition key day/);
  await refused(list({ NextToken: "x" }), "InvalidInputException", /NextToken/);
  await refused(list({ MaxResults: 1001 }), "ValidationException", /less than or equal to 1000/);
  await glue.send(new DeleteTableCommand({ DatabaseName: "sales", Name: "orders" }));
  await refused(list({}), "EntityNotFoundException", /^Table orders not found\.$/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { athenaOperations } from "../athena/athena-operations.ts";
import { controlPlane } from "../firehose/control-plane.ts";
import { glueOperations } from "../glue/glue-operations.ts";
import { isChange, subjectOf } from "./changes.ts";

test("isChange() takes every operation for a change that does not begin with a verb of looking", () => {
  const nobody = {} as never;
  const operations = [...controlPlane(nobody), ...glueOperations(nobody), ...athenaOperations(nobody)];
  const looking = operations.filter((operation) => !isChange(operation, () => ({ QueryString: "SELECT 1" })));
  const verbs = looking.map(({ target }) => /\.([A-Z][a-z]+)/.exec(target)?.[1]);
  assert.deepEqual([...new Set(verbs)].sort(), ["Batch", "Describe", "Get", "List", "Start", "Stop"]);
  const changing = [
    "CreateDeliveryStream",
    "UpdateDestination",
    "TagDeliveryStream",
    "BatchDeleteTable",
    "StartCrawler",
  ];
  for (const name of changing) {
    assert.ok(
      operations.some((one) => one.target.endsWith(`.${name}`) && !looking.includes(one)),
      name,
    );
  }
});

test("isChange() knows a statement that does more than read, and no record", () => {
  const run = { target: "AmazonAthena.StartQueryExecution" };
  assert.equal(
    isChange(run, () => ({ QueryString: "DROP TABLE t" })),
    true,
  );
  assert.equal(
    isChange(run, () => ({ QueryString: "SELECT 1" })),
    false,
  );
  assert.equal(
    isChange(run, () => ({ QueryString: ["SELECT 1"] })),
    false,
  );
  assert.equal(isChange({ target: "Firehose_20150804.PutRecordBatch" }, assert.fail), false);
});

test("subjectOf() says in the words of the admin API what an ARN is about", () => {
  const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`;
  assert.equal(subjectOf(arn("firehose", "deliverystream/clicks")), "streams/clicks");
  assert.equal(subjectOf(arn("glue", "table/sales/orders")), "tables/sales.orders");
  assert.equal(subjectOf(arn("glue", "database/sales")), "databases/sales");
  assert.equal(subjectOf(arn("glue", "catalog")), "catalog");
  assert.equal(subjectOf("*"), "*");
});

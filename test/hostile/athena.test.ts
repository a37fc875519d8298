import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startJourney, temporaryFolder } from "../journeys/journey.ts";
import { Draw } from "../simulation/draw.ts";
import { mutatedBody } from "./mutate-json.ts";

/**
 * Requests to the Athena API that nobody means well with:
 *
 *     LAKEHOSE_FUZZ=100000 LAKEHOSE_FUZZ_SEED=7 node --test test/hostile/athena.test.ts
 */
const REQUESTS = Math.ceil(Number(process.env.LAKEHOSE_FUZZ ?? 3000) / 5);
const SEED = Number(process.env.LAKEHOSE_FUZZ_SEED ?? 1);

const CATALOG = { CatalogName: "AwsDataCatalog", DatabaseName: "default" };
const RESULTS = { OutputLocation: "s3://results/x/", EncryptionConfiguration: { EncryptionOption: "SSE_S3" } };

/** Requests that the server would take; ids are put in once there are some. */
const REQUESTS_OF = (id: string): Readonly<Record<string, object>> => ({
  StartQueryExecution: {
    QueryString: "SELECT ?",
    ExecutionParameters: ["'a'"],
    QueryExecutionContext: { Database: "default", Catalog: "AwsDataCatalog" },
    ResultConfiguration: RESULTS,
    WorkGroup: "primary",
    ClientRequestToken: "0123456789abcdef0123456789abcdef",
  },
  GetQueryExecution: { QueryExecutionId: id },
  BatchGetQueryExecution: { QueryExecutionIds: [id, id] },
  GetQueryResults: { QueryExecutionId: id, MaxResults: 10, NextToken: Buffer.from(`${id}/3`).toString("base64url") },
  GetQueryRuntimeStatistics: { QueryExecutionId: id },
  StopQueryExecution: { QueryExecutionId: id },
  ListQueryExecutions: { WorkGroup: "primary", MaxResults: 2, NextToken: "YQ" },
  CreateWorkGroup: { Name: "team", Configuration: { ResultConfiguration: RESULTS }, Tags: [{ Key: "a", Value: "b" }] },
  UpdateWorkGroup: {
    WorkGroup: "team",
    ConfigurationUpdates: { ResultConfigurationUpdates: RESULTS },
    State: "ENABLED",
  },
  GetWorkGroup: { WorkGroup: "team" },
  DeleteWorkGroup: { WorkGroup: "team", RecursiveDeleteOption: true },
  ListWorkGroups: { MaxResults: 2 },
  GetDataCatalog: { Name: "AwsDataCatalog" },
  ListDataCatalogs: { MaxResults: 2 },
  ListDatabases: { CatalogName: "AwsDataCatalog", NextToken: "YQ" },
  GetDatabase: CATALOG,
  ListTableMetadata: { ...CATALOG, Expression: "a.*|[b-d]+" },
  GetTableMetadata: { ...CATALOG, TableName: "t" },
  CreateNamedQuery: { Name: "n", Database: "default", QueryString: "SELECT 1", WorkGroup: "primary" },
  GetNamedQuery: { NamedQueryId: id },
  BatchGetNamedQuery: { NamedQueryIds: [id] },
  ListNamedQueries: { WorkGroup: "primary" },
  DeleteNamedQuery: { NamedQueryId: id },
  ListTagsForResource: { ResourceARN: "arn:aws:athena:us-east-1:000000000000:workgroup/team" },
});

test(`${REQUESTS} hostile requests to Athena (seed ${SEED}) are answered, each in its form`, async (t) => {
  const folder = await temporaryFolder(t);
  const { lakehose } = await startJourney(t, { data: join(folder, "data") });
  const draw = new Draw(SEED, "athena");
  const headers = (operation: string) => ({
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `AmazonAthena.${operation}`,
  });
  const ask = async (operation: string, body: string | Buffer) => {
    const response = await fetch(lakehose.url, {
      method: "POST",
      headers: headers(operation),
      body: Buffer.from(body),
    });
    return { status: response.status, body: (await response.json()) as { __type?: string; QueryExecutionId?: string } };
  };
  const first = await ask("StartQueryExecution", JSON.stringify(REQUESTS_OF("x").StartQueryExecution));
  const requests = REQUESTS_OF(first.body.QueryExecutionId ?? "");
  const seen = new Map<string, number>();
  for (let index = 0; index < REQUESTS; index++) {
    const names = Object.keys(requests);
    const operation = draw.pick([names[0] ?? "", ...names.slice(1)]);
    const body = draw.chance(0.2) ? JSON.stringify(requests[operation]) : mutatedBody(draw, requests[operation] ?? {});
    const { status, body: answer } = await ask(operation, body);
    assert.ok([200, 400].includes(status), `${operation} ${status} ${JSON.stringify(answer)} to ${body}`);
    const code = answer.__type ?? "200";
    seen.set(code, (seen.get(code) ?? 0) + 1);
  }
  for (const code of ["200", "InvalidRequestException", "SerializationException", "MetadataException"]) {
    assert.ok((seen.get(code) ?? 0) > 0, `nothing was answered with ${code}`);
  }
  // Whatever places they named, nothing is outside the data folder.
  assert.deepEqual(readdirSync(folder), ["data"]);
  const { status } = await ask("StartQueryExecution", JSON.stringify({ QueryString: "SELECT 1" }));
  assert.equal(status, 200, "a good request is still taken");
});

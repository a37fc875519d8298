import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  BatchGetNamedQueryCommand,
  BatchGetPreparedStatementCommand,
  CreateNamedQueryCommand,
  CreatePreparedStatementCommand,
  CreateWorkGroupCommand,
  DeleteNamedQueryCommand,
  DeletePreparedStatementCommand,
  DeleteWorkGroupCommand,
  GetNamedQueryCommand,
  GetPreparedStatementCommand,
  GetQueryResultsCommand,
  GetWorkGroupCommand,
  ListNamedQueriesCommand,
  ListPreparedStatementsCommand,
  ListTagsForResourceCommand,
  ListWorkGroupsCommand,
  UpdatePreparedStatementCommand,
  UpdateWorkGroupCommand,
} from "@aws-sdk/client-athena";
import { athenaOf, ended, execution, rowsOf, started } from "./athena-client.ts";
import { startJourney } from "./journey.ts";

/** Work groups, saved queries and access rules of the Athena API. */

test("work groups say where results go, are kept, and go", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const ResultConfiguration = { OutputLocation: "s3://team/results" };
  await athena.send(
    new CreateWorkGroupCommand({
      Name: "team",
      Description: "ours",
      Configuration: { ResultConfiguration, BytesScannedCutoffPerQuery: 10_000_000 },
      Tags: [{ Key: "cost", Value: "7" }],
    }),
  );
  await assert.rejects(athena.send(new CreateWorkGroupCommand({ Name: "team" })), {
    name: "InvalidRequestException",
    message: "WorkGroup is already created",
  });
  await lakehose.close();
  const again = athenaOf(t, (await startJourney(t, { data })).lakehose.url);
  const { WorkGroup } = await again.send(new GetWorkGroupCommand({ WorkGroup: "team" }));
  assert.equal(WorkGroup?.Configuration?.EnforceWorkGroupConfiguration, true);
  assert.equal(WorkGroup.Configuration.BytesScannedCutoffPerQuery, 10_000_000);
  const own = { ResultConfiguration: { OutputLocation: "s3://elsewhere/" }, WorkGroup: "team" };
  const enforced = await ended(again, "SELECT 1", own);
  assert.equal(
    enforced.ResultConfiguration?.OutputLocation,
    `s3://team/results/${enforced.QueryExecutionId}.csv`,
    enforced.Status?.StateChangeReason,
  );
  const update = (ConfigurationUpdates: object, State: "ENABLED" | "DISABLED" = "ENABLED") =>
    again.send(new UpdateWorkGroupCommand({ WorkGroup: "team", ConfigurationUpdates, State }));
  await update({
    EnforceWorkGroupConfiguration: false,
    RemoveBytesScannedCutoffPerQuery: true,
    ResultConfigurationUpdates: { RemoveOutputLocation: true },
  });
  const changed = await again.send(new GetWorkGroupCommand({ WorkGroup: "team" }));
  assert.deepEqual(changed.WorkGroup?.Configuration?.ResultConfiguration, {});
  assert.equal(changed.WorkGroup?.Configuration?.BytesScannedCutoffPerQuery, undefined);
  const free = await ended(again, "SELECT 1", own);
  assert.match(free.ResultConfiguration?.OutputLocation ?? "", /^s3:\/\/elsewhere\//);
  await assert.rejects(started(again, "SELECT 1", { WorkGroup: "team" }), { message: /^No output location provided/ });
  await update({}, "DISABLED");
  await assert.rejects(started(again, "SELECT 1", own), { message: "WorkGroup team is disabled." });
  const ResourceARN = "arn:aws:athena:eu-west-1:000000000000:workgroup/team";
  assert.deepEqual((await again.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags, [
    { Key: "cost", Value: "7" },
  ]);
  const { WorkGroups } = await again.send(new ListWorkGroupsCommand({}));
  assert.deepEqual(
    WorkGroups?.map(({ Name, State }) => [Name, State]),
    [
      ["primary", "ENABLED"],
      ["team", "DISABLED"],
    ],
  );
  await assert.rejects(again.send(new DeleteWorkGroupCommand({ WorkGroup: "team" })), { message: /is not empty/ });
  await again.send(new DeleteWorkGroupCommand({ WorkGroup: "team", RecursiveDeleteOption: true }));
  await assert.rejects(again.send(new DeleteWorkGroupCommand({ WorkGroup: "primary", RecursiveDeleteOption: true })), {
    message: /cannot be deleted/,
  });
  await assert.rejects(again.send(new GetWorkGroupCommand({ WorkGroup: "team" })), { message: /is not found/ });
});

test("queries are saved under a name", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const query = { Name: "daily", Database: "sales", QueryString: "SELECT 1", Description: "each day" };
  const ClientRequestToken = "0123456789abcdef0123456789abcdef";
  const save = new CreateNamedQueryCommand({ ...query, ClientRequestToken });
  const { NamedQueryId = "" } = await athena.send(save);
  assert.equal((await athena.send(save)).NamedQueryId, NamedQueryId);
  await lakehose.close();
  const again = athenaOf(t, (await startJourney(t, { data })).lakehose.url);
  const { NamedQuery } = await again.send(new GetNamedQueryCommand({ NamedQueryId }));
  assert.deepEqual(NamedQuery, { ...query, NamedQueryId, WorkGroup: "primary" });
  assert.deepEqual((await again.send(new ListNamedQueriesCommand({}))).NamedQueryIds, [NamedQueryId]);
  const batch = await again.send(new BatchGetNamedQueryCommand({ NamedQueryIds: [NamedQueryId, "none"] }));
  assert.deepEqual([batch.NamedQueries?.length, batch.UnprocessedNamedQueryIds?.length], [1, 1]);
  await again.send(new DeleteNamedQueryCommand({ NamedQueryId }));
  await assert.rejects(again.send(new GetNamedQueryCommand({ NamedQueryId })), { name: "InvalidRequestException" });
});

test("a key does what its rules allow: its work group, and places for results that it may write to", async (t) => {
  const reader = { accessKeyId: "AKIAREADER", secretAccessKey: "secret-of-reader" };
  const allow = [
    { actions: ["athena:*"], resources: ["arn:aws:athena:*:*:workgroup/primary"] },
    { actions: ["s3:PutObject"], resources: ["arn:aws:s3:::mine/*"] },
  ];
  const admin = { accessKeyId: "AKIAADMIN", secretAccessKey: "secret-of-admin" };
  const { lakehose } = await startJourney(t, { accessKeys: [admin, { ...reader, allow }] });
  const all = athenaOf(t, lakehose.url, { credentials: admin });
  const some = athenaOf(t, lakehose.url, { credentials: reader });
  await all.send(
    new CreateWorkGroupCommand({
      Name: "team",
      Configuration: { ResultConfiguration: { OutputLocation: "s3://team/" } },
    }),
  );
  const secret = await ended(all, "SELECT 'secret'", { WorkGroup: "team" });
  const denied = { name: "AccessDeniedException" };
  await assert.rejects(some.send(new GetQueryResultsCommand({ QueryExecutionId: secret.QueryExecutionId })), denied);
  await assert.rejects(execution(some, secret.QueryExecutionId ?? ""), denied);
  await assert.rejects(execution(some, "none"), denied);
  await assert.rejects(started(some, "SELECT 1", { WorkGroup: "team" }), denied);
  const to = (OutputLocation: string) => ({ ResultConfiguration: { OutputLocation } });
  await assert.rejects(started(some, "SELECT 1", to("s3://team/x/")), {
    ...denied,
    message: /s3:PutObject on resource: arn:aws:s3:::team\/x\/\*/,
  });
  assert.equal((await ended(some, "SELECT 1", to("s3://mine/"))).Status?.State, "SUCCEEDED");
  for (const more of [{}, to("s3://athena-query-results/")]) {
    assert.equal((await ended(some, "SELECT 1", more)).Status?.State, "SUCCEEDED");
  }
});

test("prepared statements run with values, from SQL and from the API", async (t) => {
  const { lakehose } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const WorkGroup = "primary";
  const named = { StatementName: "find", WorkGroup };
  const statement = { ...named, QueryStatement: "SELECT ? AS a", Description: "finds" };
  await athena.send(new CreatePreparedStatementCommand(statement));
  await assert.rejects(athena.send(new CreatePreparedStatementCommand(statement)), { name: "InvalidRequestException" });
  const got = await athena.send(new GetPreparedStatementCommand(named));
  assert.deepEqual(
    { ...got.PreparedStatement, LastModifiedTime: undefined },
    { StatementName: "find", WorkGroupName: WorkGroup, ...pick(statement), LastModifiedTime: undefined },
  );
  assert.deepEqual((await rowsOf(athena, "EXECUTE find USING 'x'")).rows, [["a"], ["x"]]);
  assert.deepEqual((await rowsOf(athena, "EXECUTE find", { ExecutionParameters: ["y"] })).rows, [["a"], ["y"]]);
  const made = await ended(athena, "PREPARE other FROM SELECT 1 AS b WHERE 1 = ?");
  assert.deepEqual([made.Status?.State, made.StatementType], ["SUCCEEDED", "DDL"]);
  const executed = await ended(athena, "EXECUTE other USING 1");
  assert.deepEqual([executed.Query, executed.StatementType], ["EXECUTE other USING 1", "DML"]);
  await athena.send(new UpdatePreparedStatementCommand({ ...named, QueryStatement: "SELECT ? AS c" }));
  const listed = await athena.send(new ListPreparedStatementsCommand({ WorkGroup, MaxResults: 1 }));
  assert.deepEqual(
    listed.PreparedStatements?.map(({ StatementName }) => StatementName),
    ["find"],
  );
  assert.ok(listed.NextToken !== undefined);
  const PreparedStatementNames = ["other", "none"];
  const batch = await athena.send(new BatchGetPreparedStatementCommand({ PreparedStatementNames, WorkGroup }));
  assert.equal(batch.PreparedStatements?.[0]?.QueryStatement, "SELECT 1 AS b WHERE 1 = ?");
  assert.equal(batch.UnprocessedPreparedStatementNames?.[0]?.StatementName, "none");
  await athena.send(new DeletePreparedStatementCommand(named));
  await assert.rejects(athena.send(new GetPreparedStatementCommand(named)), { name: "ResourceNotFoundException" });
  await assert.rejects(started(athena, "EXECUTE find USING 1"), {
    message: /find does not exist in workGroup primary/,
  });
});

function pick({ QueryStatement, Description }: { readonly QueryStatement: string; readonly Description: string }) {
  return { QueryStatement, Description };
}

test("UNLOAD leaves a manifest beside its result, and a work group's limit of bytes ends queries", async (t) => {
  const { lakehose, data } = await startJourney(t);
  const athena = athenaOf(t, lakehose.url);
  const unloaded = await ended(athena, "UNLOAD (SELECT 1 AS a) TO 's3://lake/out/' WITH (format = 'JSON')");
  assert.deepEqual(
    [unloaded.Status?.State, unloaded.StatementType, unloaded.SubstatementType],
    ["SUCCEEDED", "DML", "UNLOAD"],
    unloaded.Status?.StateChangeReason,
  );
  const manifest = unloaded.Statistics?.DataManifestLocation ?? "";
  const names = await readFile(join(data, "buckets", manifest.replace("s3://", "")), "utf8");
  assert.match(names, /^s3:\/\/lake\/out\/[0-9a-f]{32}-00000\.json\.gz\n$/);

  await ended(athena, "CREATE DATABASE default");
  const wide = Array.from({ length: 4 }, (_, index) => `repeat(cast(x + ${index} as varchar), 200) AS c${index}`);
  const rows = "CREATE TABLE wide WITH (format = 'JSON', write_compression = 'NONE') AS";
  const large = await ended(athena, `${rows} SELECT ${wide.join(", ")} FROM UNNEST(sequence(1, 5000)) AS t(x)`);
  assert.equal(large.Status?.State, "SUCCEEDED", large.Status?.StateChangeReason);
  const Configuration = { BytesScannedCutoffPerQuery: 10_000_000, ResultConfiguration: { OutputLocation: "s3://r/" } };
  await athena.send(new CreateWorkGroupCommand({ Name: "small", Configuration }));
  const cut = await ended(athena, "SELECT count(*) FROM wide", { WorkGroup: "small" });
  assert.match(cut.Status?.StateChangeReason ?? "", /Bytes scanned limit was exceeded.*it may read 10000000/);
  assert.equal((await ended(athena, "SELECT count(*) FROM wide")).Status?.State, "SUCCEEDED");
});

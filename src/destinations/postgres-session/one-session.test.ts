import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { attemptAt, makeRecordParcel } from "../../../test/conformance/record-destination.ts";
import {
  deliverOnce,
  failureOf,
  postgresUnderTest,
  skipWithoutPostgres,
} from "../../../test/fakes/postgres-under-test.ts";
import { startStatementProxy } from "../../../test/fakes/statement-proxy.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import { systemClock } from "../../std/clock.ts";
import { OneSession } from "./one-session.ts";

const options = { skip: skipWithoutPostgres };
const NUMBERS = "CREATE TABLE numbers (id int)";

test("TLS with an authority of one's own; without it the certificate is not trusted", options, async (t) => {
  const { open, rows } = await postgresUnderTest(t, NUMBERS);
  const trusting = open({ table: "numbers", tls: { authorities: { secret: "authority" } } });
  await deliverOnce(trusting, ['{"id":1}']);
  assert.deepEqual(
    await rows("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'lakehose'"),
    [[true]],
  );
  const failure = await failureOf(deliverOnce(open({ table: "numbers", tls: {} }), ['{"id":1}'], { ordinal: 1 }));
  assert.equal(failure.code, "denied");
  assert.match(failure.message, /certificate is not trusted: give the authority under tls\.authorities/);
});

test("a wrong password is told, and the right one is asked for at the next connection", options, async (t) => {
  const { open } = await postgresUnderTest(t, NUMBERS);
  const wrong = await failureOf(deliverOnce(open({ table: "numbers", password: "guess" }), ['{"id":1}']));
  assert.deepEqual([wrong.code, wrong.logCode, wrong.retriable], ["denied", "Postgres.AuthenticationFailed", true]);
  const absent = await failureOf(deliverOnce(open({ table: "numbers", password: { secret: "other" } }), ['{"id":1}']));
  assert.match(absent.message, /no secret other/);
});

test("a session that an administrator ends is replaced", options, async (t) => {
  const { open, rows, client } = await postgresUnderTest(t, NUMBERS);
  const destination = open({ table: "numbers", applicationName: "to be ended" });
  await deliverOnce(destination, ['{"id":1}']);
  await client.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'to be ended'",
  );
  await deliverOnce(destination, ['{"id":2}'], { ordinal: 1 }).catch(() =>
    deliverOnce(destination, ['{"id":2}'], { ordinal: 1 }),
  );
  assert.deepEqual(await rows("SELECT id FROM numbers ORDER BY id"), [[1], [2]]);
});

test("a deadlock undoes the parcel as a whole, and the next attempt lands", options, async (t) => {
  const { open, rows, client } = await postgresUnderTest(
    t,
    "CREATE TABLE state (id int PRIMARY KEY, n int); INSERT INTO state VALUES (1, 0), (2, 0)",
  );
  // The server ends the session that looks for a deadlock first: ours, after its second.
  const destination = open({ table: "state", key: ["id"] });
  const parcel = await makeRecordParcel(['{"id":1,"n":1}', '{"id":2,"n":1}']);
  await client.query("BEGIN; SET LOCAL deadlock_timeout = '1min'; UPDATE state SET n = 7 WHERE id = 2");
  const attempt = attemptAt(parcel);
  const first = failureOf(destination.deliver(parcel, attempt));
  const waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid";
  while ((await rows(waits)).length === 0);
  await client.query("UPDATE state SET n = 7 WHERE id = 1");
  const failure = await first;
  assert.deepEqual([failure.code, failure.retriable, failure.isDoubtful], ["conflict", true, false]);
  await client.query("COMMIT");
  await destination.deliver(parcel, { ...attempt, number: 2 });
  assert.deepEqual(await rows("SELECT id, n FROM state ORDER BY id"), [
    [1, 1],
    [2, 1],
  ]);
});

test("a COMMIT whose answer does not come leaves doubt", options, async (t) => {
  const { open, server } = await postgresUnderTest(t, NUMBERS);
  const proxy = await startStatementProxy(server);
  afterwards(t, () => proxy.close());
  const destination = open({ host: "127.0.0.1", port: proxy.port, table: "numbers" });
  proxy.failAt("COMMIT\0", "after");
  assert.equal((await failureOf(deliverOnce(destination, ['{"id":1}']))).isDoubtful, true);
  proxy.failAt("COPY ", "before");
  assert.equal((await failureOf(deliverOnce(destination, ['{"id":2}'], { ordinal: 1 }))).isDoubtful, false);
});

test("a server that never answers is given up, and the signal ends the wait at once", async (t) => {
  const server = createServer((socket) => void socket.resume().on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const address = { host: "127.0.0.1", port, database: "d", user: "u", password: "p", tls: "off" as const };
  const limits = { applicationName: "test", logPrefix: "Postgres", clock: systemClock };
  const impatient = new OneSession({ ...limits, statementMsMax: 50, address: () => address });
  const { signal } = new AbortController();
  const failure = await failureOf(impatient.run(signal, async () => undefined));
  assert.deepEqual([failure.code, failure.logCode], ["unavailable", "Postgres.ConnectionFailed"]);
  const patient = new OneSession({ ...limits, statementMsMax: 15_000, address: () => address });
  const ended = new AbortController();
  const waiting = patient.run(ended.signal, async () => undefined);
  ended.abort(new Error("the end"));
  await assert.rejects(waiting, /the end/);
});

import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { makeAttempt, makeParcel } from "../../../test/conformance/destination.ts";
import { TEST_OWNER } from "../../../test/conformance/record-destination.ts";
import { SqlFailure } from "../../../test/fakes/sql-wire-server.ts";
import { type StandInRedshift, startStandInRedshift } from "../../../test/fakes/stand-in-redshift.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import { systemClock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import type { DestinationOwner } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import { redshiftDestinationType } from "./redshift-destination.ts";

const CLUSTER = "jdbc:redshift://wh.c1.eu-west-1.redshift.amazonaws.com:5439/dev";
const OPTIONS: JsonObject = {
  cluster: CLUSTER,
  user: "loader",
  password: { secret: "warehouse" },
  role: "arn:aws:iam::000000000000:role/copy",
  bucket: { bucket: "staging" },
  table: "public.orders",
  copyOptions: "json 'auto'",
};
const RECEIPTS = "lakehose_parcels_0123456789abcdef";

async function underTest(t: TestContext) {
  const store = new MemoryStore({ clock: systemClock });
  const read = async (bucket: string, key: string) => {
    if ((await store.head(bucket, key)) === undefined) return undefined;
    return buffer(await store.get(bucket, key));
  };
  const redshift = await startStandInRedshift(read);
  afterwards(t, () => redshift.close());
  const open = (more: JsonObject = {}, owner: DestinationOwner = TEST_OWNER) => {
    const secrets: Readonly<Record<string, string>> = {
      warehouse: redshift.password,
      "arn:secret": JSON.stringify({ username: "loader", password: redshift.password, engine: "redshift" }),
    };
    const destination = redshiftDestinationType.create(
      { ...OPTIONS, ...more },
      {
        owner,
        storeFor: () => store,
        secretOf: (name) => secrets[name] ?? assert.fail(`no secret ${name}`),
        endpointOf: (name) =>
          name === "wh.c1.eu-west-1.redshift.amazonaws.com"
            ? `postgresql://127.0.0.1:${redshift.port}?sslmode=disable`
            : undefined,
        telemetry: silentTelemetry,
        clock: systemClock,
        random: seededRandom(1),
      },
    );
    afterwards(t, () => destination.close());
    return destination;
  };
  return { store, read, redshift, open };
}

function parcelOf(ordinal: number, ...ids: number[]) {
  const id = `2f0c6a1e-7d1b-4b9c-9a54-${String(ordinal).padStart(12, "0")}`;
  const content = ids.map((one) => `{"id":${one},"total":"${one}.50"}\n`).join("");
  return makeParcel({ id, ordinal, settledBelow: ordinal, name: `2026/02/25/13/orders-${id}`, content });
}

function idsOf({ tables }: StandInRedshift): string[] {
  return (tables.get("public.orders") ?? []).map(({ id = "" }) => id);
}

async function failureOf(work: Promise<unknown>): Promise<DestinationError> {
  const failure = await work.catch((error: unknown) => error);
  assert.ok(failure instanceof DestinationError, String(failure));
  return failure;
}

test("a parcel becomes an object, a manifest, and rows by one COPY", async (t) => {
  const { redshift, open, read } = await underTest(t);
  const parcel = parcelOf(0, 1, 2);
  const proof = await open({ columns: "id, total" }).deliver(parcel, makeAttempt());
  assert.deepEqual([proof.outcome, proof.bytes], ["delivered", parcel.body.bytes]);
  assert.deepEqual(redshift.tables.get("public.orders"), [
    { id: "1", total: "1.50" },
    { id: "2", total: "2.50" },
  ]);
  const manifest = JSON.parse(String(await read("staging", `manifests/${parcel.name}`)));
  assert.deepEqual(manifest, { entries: [{ url: `s3://staging/${parcel.name}`, mandatory: true }] });
  assert.equal(
    redshift.statements.find((sql) => sql.startsWith("COPY")),
    `COPY public.orders (id, total) FROM 's3://staging/manifests/${parcel.name}' IAM_ROLE 'arn:aws:iam::000000000000:role/copy' MANIFEST json 'auto'`,
  );
});

test("a parcel that comes again, from a successor too, is loaded once", async (t) => {
  const { redshift, open } = await underTest(t);
  const parcel = parcelOf(0, 1);
  const outcomes = [];
  for (const destination of [open(), open()]) {
    for (const number of [1, 2]) outcomes.push((await destination.deliver(parcel, makeAttempt({ number }))).outcome);
  }
  assert.deepEqual(outcomes, ["delivered", "adopted", "adopted", "adopted"]);
  assert.deepEqual(idsOf(redshift), ["1"]);
});

test("a COMMIT whose answer is lost leaves doubt, and the retry finds the rows", async (t) => {
  const { redshift, open } = await underTest(t);
  const destination = open();
  for (const [ordinal, fault] of (["before", "after"] as const).entries()) {
    let faults = 1;
    redshift.fault = (sql) => (sql === "COMMIT" && faults-- > 0 ? fault : undefined);
    const failure = await failureOf(destination.deliver(parcelOf(ordinal, ordinal), makeAttempt()));
    assert.deepEqual([failure.retriable, failure.isDoubtful], [true, true]);
    const again = await destination.deliver(parcelOf(ordinal, ordinal), makeAttempt({ number: 2 }));
    assert.equal(again.outcome, fault === "before" ? "delivered" : "adopted");
  }
  assert.deepEqual(idsOf(redshift), ["0", "1"]);
});

test("two attempts at the same time load once, one after the other", async (t) => {
  const { redshift, open } = await underTest(t);
  const parcel = parcelOf(0, 1);
  await Promise.all([open(), open(), open()].map((destination) => destination.deliver(parcel, makeAttempt())));
  assert.deepEqual(idsOf(redshift), ["1"]);
  assert.equal(redshift.copiesAtOnceMax, 1);
});

test("a COPY that fails is undone as a whole, and asked for again in five minutes", async (t) => {
  const { redshift, open } = await underTest(t);
  const destination = open();
  const bad = { ...parcelOf(0), body: bytesBody(Buffer.from('{"id":1}\nno JSON\n')) };
  const failure = await failureOf(destination.deliver(bad, makeAttempt()));
  assert.deepEqual([failure.logCode, failure.retryAfterMs], ["Redshift.DataLoadFailed", 300_000]);
  assert.match(failure.message, /COPY into public\.orders: .*stl_load_errors/);
  assert.deepEqual(idsOf(redshift), []);
  redshift.tables.delete("public.orders");
  const other = await failureOf(destination.deliver(parcelOf(1, 1), makeAttempt()));
  assert.equal(other.logCode, "Redshift.TableNotFound");
});

test("giving up leaves a manifest below errors, with its doubt, and the object", async (t) => {
  const { open, read, store } = await underTest(t);
  const parcel = parcelOf(0, 1);
  const attempt = makeAttempt();
  attempt.progress.isDoubtful = true;
  const destination = open();
  await destination.giveUp(parcel, attempt);
  await destination.giveUp(parcel, attempt);
  const key = `errors/manifests/${parcel.name}`;
  assert.match(String(await read("staging", key)), new RegExp(`s3://staging/${parcel.name}`));
  assert.equal((await store.head("staging", key))?.metadata["lakehose-in-doubt"], "true");
  assert.equal(String(await read("staging", parcel.name)), '{"id":1,"total":"1.50"}\n');
});

test("receipts that are settled go; other deliveries of the stream keep theirs", async (t) => {
  const { redshift, open } = await underTest(t);
  await open({}, { ...TEST_OWNER, replayId: "r1" }).deliver({ ...parcelOf(7, 7), settledBelow: 0 }, makeAttempt());
  const destination = open();
  for (const ordinal of [0, 1]) await destination.deliver(parcelOf(ordinal, ordinal), makeAttempt());
  assert.deepEqual(
    redshift.tables
      .get(RECEIPTS)
      ?.map(({ ordinal }) => ordinal)
      .sort(),
    ["1", "7"],
  );
});

test("a role that may make no tables is told what it needs", async (t) => {
  const { redshift, open } = await underTest(t);
  redshift.fault = (sql) =>
    sql.startsWith("CREATE") ? new SqlFailure("42501", "permission denied for schema public") : undefined;
  const failure = await failureOf(open().deliver(parcelOf(0, 1), makeAttempt()));
  assert.equal(failure.logCode, "Redshift.InsufficientPrivilege");
  assert.match(failure.message, new RegExp(`${RECEIPTS}, which the user needs the right to do once`));
});

test("credentials come from a secret in the form of Secrets Manager; a wrong password is told", async (t) => {
  const { redshift, open } = await underTest(t);
  const { user: _, password: __, ...managed } = OPTIONS;
  await open({ ...managed, user: "ignored", secret: "arn:secret" }).deliver(parcelOf(0, 1), makeAttempt());
  assert.deepEqual(idsOf(redshift), ["1"]);
  const wrong = await failureOf(open({ password: "guess" }).deliver(parcelOf(1, 2), makeAttempt()));
  assert.equal(wrong.logCode, "Redshift.AuthenticationFailed");
  const noJson = await failureOf(open({ secret: "warehouse" }).deliver(parcelOf(1, 2), makeAttempt()));
  assert.match(noJson.message, /expected the secret "warehouse" to hold JSON with username and password/);
});

test("options that cannot be meant are refused", () => {
  const isValid = (more: JsonObject) =>
    redshiftDestinationType.optionsSchema.safeParse({ ...OPTIONS, ...more }).success;
  assert.equal(isValid({}), true);
  assert.equal(isValid({ copyOptions: "delimiter ';'" }), true);
  assert.equal(isValid({ copyOptions: "csv; COMMIT" }), false);
  assert.equal(isValid({ table: "a; DROP TABLE b" }), false);
  assert.equal(isValid({ cluster: "redshift://host/db" }), false);
  const { user: _, ...anonymous } = OPTIONS;
  assert.equal(redshiftDestinationType.optionsSchema.safeParse(anonymous).success, false);
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { TestContext } from "node:test";
import type { DestinationOwner } from "../../src/destinations/destination.ts";
import { DestinationError } from "../../src/destinations/destination-error.ts";
import {
  type PostgresDestination,
  postgresDestinationType,
} from "../../src/destinations/postgres/postgres-destination.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { attemptAt, makeRecordParcel, TEST_OWNER } from "../conformance/record-destination.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { type ShopDatabase, shopDatabase } from "./shop-database.ts";

/** Deliveries into a real database: `npm run servers -- run postgresql -- npm test`. */
const address = process.env.LAKEHOSE_TEST_POSTGRESQL;

export const skipWithoutPostgres =
  address === undefined ? "needs a PostgreSQL server: its address belongs in LAKEHOSE_TEST_POSTGRESQL" : false;

export interface PostgresUnderTest {
  readonly client: ShopDatabase["client"];
  readonly server: { readonly host: string; readonly port: number };
  /** Options that reach the database, without TLS. */
  readonly reach: JsonObject;
  readonly authority: string;
  readonly password: string;
  /** A destination that is closed after the test. */
  open(options: JsonObject, owner?: DestinationOwner): PostgresDestination;
  rows(sql: string): Promise<unknown[][]>;
}

/** An empty database of its own, with the tables that `statements` make. */
export async function postgresUnderTest(t: TestContext, statements = ""): Promise<PostgresUnderTest> {
  const shop = await shopDatabase(address ?? "");
  afterwards(t, () => shop.close());
  if (statements !== "") await shop.client.query(statements);
  const { host, port, database, user, tls } = shop.source;
  const password = decodeURIComponent(new URL(address ?? "").password);
  const reach = { host, port, database, user, password: { secret: "database" }, tls: "off" };
  const authority = await readFile(tls.caFile, "utf8");
  const secrets: Readonly<Record<string, string>> = { database: password, authority };
  const secretOf = (name: string) => secrets[name] ?? assert.fail(`no secret ${name}`);
  return {
    client: shop.client,
    server: { host, port },
    reach,
    authority,
    password,
    open: (options, owner = TEST_OWNER) => {
      const dependencies = { owner, secretOf, clock: systemClock };
      const destination = postgresDestinationType.create({ ...reach, ...options }, dependencies);
      afterwards(t, () => destination.close());
      return destination;
    },
    rows: async (sql) => (await shop.client.query<unknown[]>({ text: sql, rowMode: "array" })).rows,
  };
}

/** Delivers in one attempt and resolves to what was refused: code and message by place. */
export async function deliverOnce(
  destination: PostgresDestination,
  texts: readonly string[],
  wishes: Parameters<typeof makeRecordParcel>[1] = {},
): Promise<Record<number, string>> {
  const parcel = await makeRecordParcel(texts, wishes);
  const attempt = attemptAt(parcel);
  await destination.deliver(parcel, attempt);
  assert.equal(attempt.progress.unsettled, 0);
  return Object.fromEntries(
    Array.from(attempt.progress.refusals, ([place, { code, message }]) => [place, `${code} ${message}`]),
  );
}

export async function failureOf(work: Promise<unknown>): Promise<DestinationError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof DestinationError, `expected a failure of the delivery, got ${failure}`);
  return failure;
}

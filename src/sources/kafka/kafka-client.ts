import type { BaseOptions, Consumer } from "@platformatic/kafka";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Secret } from "../../model/secret.ts";
import type { Clock } from "../../std/clock.ts";
import { readClientTls } from "../client-tls.ts";
import type { KafkaOptions } from "./kafka-options.ts";

/** The client library as it was loaded. */
export type KafkaLibrary = typeof import("@platformatic/kafka");

const CONNECT_MS_MAX = 10_000;
/** Longer than a group may take to gather, for the answer to a join comes when all have joined. */
const REQUEST_MS_MAX = 40_000;
/** The library's own attempts, for what ends within a second, such as a leader that moves; beyond it the source waits. */
const RETRIES_MAX = 3;
const RETRY_WAIT_MS = 250;
const CLOSE_MS_MAX = 3_000;

/** Address, TLS and password of a cluster, secrets read anew. */
export function connectionOptions(
  { brokers, tls, sasl }: KafkaOptions,
  clientId: string,
  readSecret: (secret: Secret) => string,
): BaseOptions {
  return {
    // The library takes no space in it.
    clientId: clientId.replaceAll(/\s/g, "-"),
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_MS_MAX,
    timeout: REQUEST_MS_MAX,
    retries: RETRIES_MAX,
    retryDelay: RETRY_WAIT_MS,
    ...(tls !== undefined && {
      tls: readClientTls(tls, readSecret),
      ...(tls.serverName !== undefined && { tlsServerName: tls.serverName }),
    }),
    ...(sasl !== undefined && {
      sasl: { mechanism: sasl.mechanism, username: sasl.username, password: readSecret(sasl.password) },
    }),
  };
}

/** Leaves the group, so that others take over at once; a broker that is gone is not waited for. */
export async function closeConsumer(consumer: Pick<Consumer, "close">, clock: Clock): Promise<void> {
  await Promise.race([consumer.close(true).catch(() => undefined), clock.sleep(CLOSE_MS_MAX)]);
}

/** The names that the options ask for, in order. Throws when the cluster has none of them, or lacks one that is named. */
export async function findTopics(
  library: KafkaLibrary,
  connection: BaseOptions,
  wanted: KafkaOptions["topics"],
): Promise<readonly string[]> {
  const admin = new library.Admin(connection);
  try {
    const all = new Set(await admin.listTopics());
    if (!("pattern" in wanted)) return requireTopics(wanted, all);
    const pattern = new RegExp(`^(?:${wanted.pattern})$`);
    const found = [...all].filter((topic) => !topic.startsWith("__") && pattern.test(topic)).sort();
    if (found.length > 0) return found;
    throw new LakehoseError(
      "no-topics",
      `Expected topics that match ${wanted.pattern}; none of the ${all.size} topics that this user may see does.`,
    );
  } finally {
    await admin.close().catch(() => undefined);
  }
}

function requireTopics(wanted: readonly string[], all: ReadonlySet<string>): readonly string[] {
  const missing = wanted.filter((topic) => !all.has(topic));
  if (missing.length === 0) return [...new Set(wanted)].sort();
  throw new LakehoseError(
    "no-topic",
    `Expected the topics ${wanted.join(", ")}; ${missing.join(", ")} is not there, or this user may not see it. Create it, or allow Describe and Read.`,
  );
}

const CAUSES_MAX = 10;

/** The library nests what happened; what the broker or the network said stands at the bottom. */
export function explained(error: unknown): unknown {
  if (error instanceof LakehoseError) return error;
  const reasons: string[] = [];
  const visit = (one: unknown): void => {
    if (!(one instanceof Error) || reasons.length === CAUSES_MAX) return;
    const nested: unknown[] = one instanceof AggregateError && one.errors.length > 0 ? one.errors : [one.cause];
    if (nested.some((inner) => inner instanceof Error)) for (const inner of nested) visit(inner);
    else reasons.push(reasonOf(one));
  };
  visit(error);
  const message = [...new Set(reasons)].join("; ");
  const code = codeOf(error);
  return new LakehoseError(code, message === "" ? reasonOf(error) : message, { cause: error });
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : "kafka";
}

import type { BaseOptions } from "@platformatic/kafka";
import { z } from "zod";
import {
  type ClientTls,
  clientTlsSchema,
  hasWholeKeyPair,
  namedClientTlsSchema,
  readClientTls,
} from "../client-tls.ts";
import { LakehoseError, reasonOf } from "../errors.ts";
import { namedSecretSchema, secretSchema } from "../secret.ts";

/** How a Kafka cluster is reached: what those who read one and those who write to one have in common. */

/** The client library as it was loaded. */
export type KafkaLibrary = typeof import("@platformatic/kafka");

const CONNECT_MS_MAX = 10_000;
/** Longer than a group may take to gather, for the answer to a join comes when all have joined. */
const REQUEST_MS_MAX = 40_000;
/** The library's own attempts, for what ends within a second, such as a leader that moves; beyond it its user waits. */
const RETRIES_MAX = 3;
const RETRY_WAIT_MS = 250;

const brokers = z
  .array(
    z
      .string()
      .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:,[\]]+):\d{1,5}$/, { error: "expected HOST:PORT, such as kafka-1:9092" }),
  )
  .min(1)
  .max(100)
  .meta({
    description: "Some brokers of the cluster, HOST:PORT; they name the others.",
    examples: [["127.0.0.1:9092"]],
  });

const WHOLE_KEY_PAIR = { error: "expected certificate and key together, got one of them" };
const TLS = {
  description: "TLS to the brokers; `{}` trusts what the system trusts.",
  examples: [{ authority: "-----BEGIN CERTIFICATE-----…" }],
};
const TLS_FROM_FILE = { ...TLS, examples: [{ authority: { file: "kafka-ca.pem" } }] };

const user = {
  mechanism: z
    .enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
    .meta({ description: "How the password is shown.", examples: ["SCRAM-SHA-512"] }),
  username: z
    .string()
    .min(1)
    .meta({ description: "Name of the user.", examples: ["lakehose"] }),
};
const USER = { description: "User and password." };

/** For what the configuration alone declares: secrets may be files. */
export const kafkaConnectionShape = {
  brokers,
  tls: clientTlsSchema.refine(hasWholeKeyPair, WHOLE_KEY_PAIR).optional().meta(TLS_FROM_FILE),
  sasl: z
    .strictObject({ ...user, password: secretSchema("Password.") })
    .optional()
    .meta(USER),
};

/** For what comes over the API. */
export const namedKafkaConnectionShape = {
  brokers,
  tls: namedClientTlsSchema.refine(hasWholeKeyPair, WHOLE_KEY_PAIR).optional().meta(TLS),
  sasl: z
    .strictObject({ ...user, password: namedSecretSchema("Password.") })
    .optional()
    .meta(USER),
};

export interface KafkaConnection<S> {
  readonly brokers: readonly string[];
  readonly tls?: ClientTls<S> | undefined;
  readonly sasl?:
    | {
        readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
        readonly username: string;
        readonly password: S;
      }
    | undefined;
}

/** Address, TLS and password of a cluster, secrets read anew. */
export function connectionOptions<S>(
  { brokers, tls, sasl }: KafkaConnection<S>,
  clientId: string,
  readSecret: (secret: S) => string,
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

/** Whether Kafka said this anywhere in what the library nests: `MESSAGE_TOO_LARGE`. */
export function hasKafkaError(error: unknown, name: string): boolean {
  return kafkaErrorsOf(error).includes(name);
}

/** What Kafka said, by the names of its protocol, in the order in which the library nests it. */
export function kafkaErrorsOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth === CAUSES_MAX) return [];
  const { apiId } = error as { readonly apiId?: unknown };
  const inner = [...(error instanceof AggregateError ? error.errors : []), error.cause];
  return [...(typeof apiId === "string" ? [apiId] : []), ...inner.flatMap((one) => kafkaErrorsOf(one, depth + 1))];
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

import { z } from "zod";
import { clientTlsSchema } from "../../model/client-tls.ts";
import { LakehoseError } from "../../model/errors.ts";
import { type Secret, secretSchema } from "../../model/secret.ts";
import { recordShapeSchema } from "../envelope.ts";
import type { SourceComponents } from "../source-kind.ts";

/** A name in AMQP is a short string: its length is one byte. */
const NAME_CHARACTERS_MAX = 255;

/**
 * Measured with messages of 1 KB: below 1,000 the broker waits for acknowledgements, above it only memory grows. That many
 * messages may lie in memory at the same time, and a broker takes messages of 16 MiB (128 MiB before version 4).
 */
const PREFETCH_DEFAULT = 1_000;
const PREFETCH_MAX = 65_535;

const HEARTBEAT_SECONDS_DEFAULT = 30;

const name = z.string().min(1).max(NAME_CHARACTERS_MAX);

const startSchema = z
  .union([
    z.enum(["first", "last", "next"]),
    z.strictObject({ offset: z.int().min(0) }),
    z.strictObject({ timestamp: z.iso.datetime({ offset: true }) }),
  ])
  .default("first")
  .meta({
    description:
      "Where to begin in a stream of which nothing is stored yet: `first`, `last` (the last chunk), `next` (what comes from now on), `{ offset: NUMBER }` or `{ timestamp: TIME }`. Later it goes on behind what is stored.",
    examples: [{ timestamp: "2026-01-20T08:00:00Z" }],
  });

const deduplicateBySchema = z
  .union([z.enum(["message-id", "nothing"]), z.strictObject({ header: name })])
  .default("message-id")
  .meta({
    description:
      "What tells a message that comes again from another one: the property `message-id`, a header (`{ header: NAME }`) or `nothing`. Messages without it are stored as often as they come.",
    examples: [{ header: "event-id" }],
  });

export const rabbitMqOptionsSchema = z
  .strictObject({
    url: secretSchema(
      "Address with user, password and virtual host: `amqp://USER:PASSWORD@HOST:PORT/VHOST`, or `amqps:`.",
    ).optional(),
    hosts: z
      .array(z.string().regex(/^[^\s/@?#]+$/, { error: "expected HOST or HOST:PORT" }))
      .min(1)
      .max(20)
      .optional()
      .meta({
        description: "In place of `url`: HOST or HOST:PORT of each node of a cluster, tried one after another.",
        examples: [["rabbit-1", "rabbit-2:5673"]],
      }),
    vhost: name.default("/").meta({ description: "With `hosts`: the virtual host." }),
    user: name.default("guest").meta({ description: "With `hosts`: who reads." }),
    password: secretSchema("With `hosts`: the password; absent = `guest`.").optional(),
    tls: clientTlsSchema
      .optional()
      .meta({ description: "TLS; with `hosts` an empty section switches it on, with `url` the scheme `amqps:` does." }),
    queue: name.meta({ description: "Queue or stream to read.", examples: ["orders"] }),
    type: z
      .enum(["queue", "stream"])
      .default("queue")
      .meta({ description: "`queue` for classic and quorum queues, `stream` for streams." }),
    start: startSchema,
    declare: z.enum(["never", "classic", "quorum", "stream"]).default("never").meta({
      description: "Makes the queue, durable, of this type, when it is not there. Needs the right to configure.",
    }),
    prefetch: z.int().min(1).max(PREFETCH_MAX).default(PREFETCH_DEFAULT).meta({
      description:
        "Messages that the broker hands over before it waits for acknowledgements. As many may lie in memory: set it lower for messages over 100 KB.",
    }),
    deduplicateBy: deduplicateBySchema,
    record: recordShapeSchema,
    consumerTag: name.optional().meta({
      description: "What the broker shows this reader as; absent = one that the broker makes.",
      examples: ["lake"],
    }),
    priority: z
      .int()
      .min(-1_000_000)
      .max(1_000_000)
      .optional()
      .meta({
        description: "Priority among the readers of the queue: those of the highest get messages first.",
        examples: [10],
      }),
    exclusive: z.boolean().default(false).meta({
      description: "Whether to be the queue's only reader. Queues with a single active consumer need it not.",
    }),
    heartbeatSeconds: z
      .int()
      .min(5)
      .max(600)
      .default(HEARTBEAT_SECONDS_DEFAULT)
      .meta({ description: "A connection that is silent for twice as long is given up." }),
  })
  .refine(({ url, hosts }) => (url === undefined) !== (hosts === undefined), {
    error: "expected either url or hosts",
  })
  .refine(({ type, declare }) => declare === "never" || (type === "stream") === (declare === "stream"), {
    path: ["declare"],
    error: "expected declare to be stream where type is stream, and not elsewhere",
  })
  .meta({ examples: [{ url: { env: "RABBITMQ_URL" }, queue: "clicks" }] });

export type RabbitMqOptions = z.output<typeof rabbitMqOptionsSchema>;

/** One node, in words that the client library takes. */
export interface RabbitMqAddress {
  readonly protocol: "amqp" | "amqps";
  readonly hostname: string;
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
}

/** What is read, for people, without the password that an address holds. */
export function upstreamOf({ url, hosts, vhost, queue, type }: RabbitMqOptions): string {
  if (hosts !== undefined) return `${type} ${queue} of virtual host ${vhost} at ${hosts.join(", ")}`;
  return `${type} ${queue} at ${shownUrl(url ?? "")}`;
}

function shownUrl(url: Secret): string {
  if (typeof url !== "string") return "env" in url ? `the address in ${url.env}` : `the address in ${url.file}`;
  const parsed = URL.parse(url);
  // Without its scheme an address is one of the scheme USER:, and its path holds the password.
  return parsed === null || parsed.host === "" ? "an address that is none" : `${parsed.host}${parsed.pathname}`;
}

/** The nodes in the order in which they are tried. */
export function addressesOf(
  options: RabbitMqOptions,
  readSecret: SourceComponents["readSecret"],
): readonly RabbitMqAddress[] {
  const { url, hosts = [], vhost, user, password, tls } = options;
  if (url !== undefined) return [addressOfUrl(readSecret(url), tls !== undefined)];
  const scheme = tls === undefined ? "amqp" : "amqps";
  const secret = password === undefined ? "guest" : readSecret(password);
  return hosts.map((host) => {
    const { hostname, port } = parseUrl(`${scheme}://${host}`, `hosts: expected HOST or HOST:PORT, got ${host}`);
    return { ...nodeOf(scheme, hostname, port), vhost, username: user, password: secret };
  });
}

/** The message never holds the address: it may hold a password. */
const URL_EXPECTED =
  "url: expected amqp://USER:PASSWORD@HOST:PORT/VHOST or amqps:, with special characters of user, password and virtual host percent-encoded";

function addressOfUrl(text: string, withTls: boolean): RabbitMqAddress {
  const url = parseUrl(text, URL_EXPECTED);
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== "amqp" && scheme !== "amqps") throw invalid(`${URL_EXPECTED}; got the scheme ${scheme}:`);
  if (url.search !== "") throw invalid("url: expected no parameters: heartbeat and others are options of their own");
  if (withTls && scheme === "amqp") throw invalid("url: expected amqps:, because there is a section tls; got amqp:");
  const anonymous = url.username === "" && url.password === "";
  return {
    ...nodeOf(scheme, url.hostname, url.port),
    vhost: decoded(url.pathname.slice(1)) || "/",
    username: anonymous ? "guest" : decoded(url.username),
    password: anonymous ? "guest" : decoded(url.password),
  };
}

function nodeOf(protocol: RabbitMqAddress["protocol"], hostname: string, port: string) {
  // An IPv6 address stands in brackets in a URL only.
  const usual = protocol === "amqp" ? 5672 : 5671;
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}

function parseUrl(text: string, expectation: string): URL {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") throw invalid(expectation);
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw invalid(URL_EXPECTED, error);
  }
}

function invalid(message: string, cause?: unknown): LakehoseError {
  return new LakehoseError("options-invalid", message, { cause });
}

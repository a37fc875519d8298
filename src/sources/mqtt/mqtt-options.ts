import { z } from "zod";
import { clientTlsSchema } from "../../model/client-tls.ts";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { parseFieldPath } from "../../model/fields/field-path.ts";
import { type Secret, secretSchema } from "../../model/secret.ts";
import { recordShapeSchema } from "../envelope.ts";
import type { SourceComponents } from "../source-kind.ts";

/** Names in MQTT are preceded by two bytes with their length. */
const NAME_CHARACTERS_MAX = 65_535;

/** Brokers have limits of their own and take the smaller one. */
const RECEIVE_MAXIMUM_DEFAULT = 1_000;
const RECEIVE_MAXIMUM_MAX = 65_535;

const SESSION_SECONDS_DEFAULT = 7 * 86_400;
/** The largest number that the protocol has stands for a session that never expires. */
const SESSION_SECONDS_MAX = 4_294_967_295;

const fieldPath = z.string().superRefine((text, context) => {
  try {
    parseFieldPath(text);
  } catch (error) {
    context.addIssue(reasonOf(error));
  }
});

export const mqttOptionsSchema = z
  .strictObject({
    url: secretSchema("Address of the broker: `mqtt://HOST:PORT`, or `mqtts:` for TLS; it may hold user and password."),
    user: z
      .string()
      .max(NAME_CHARACTERS_MAX)
      .optional()
      .meta({ description: "Who reads, where the address does not say it.", examples: ["lake"] }),
    password: secretSchema("The password, where the address does not hold it.").optional(),
    tls: clientTlsSchema.optional().meta({ description: "Certificates, for an address with `mqtts:`." }),
    topics: z
      .array(z.string().min(1).max(NAME_CHARACTERS_MAX))
      .min(1)
      .max(100)
      .meta({
        description:
          "Topic filters; `+` stands for one level, `#` for all below. Readers that share the messages of `$share/GROUP/FILTER` get each of them once between them.",
        examples: [["$share/lake/devices/+/events"]],
      }),
    clientId: z
      .string()
      .min(1)
      .max(NAME_CHARACTERS_MAX)
      .optional()
      .meta({
        description:
          "Name of the session, in which the broker keeps what has not been acknowledged; no other client may have it. Absent = `lakehose-` and the source's name.",
        examples: ["lakehose-devices-1"],
      }),
    version: z
      .union([z.literal(4), z.literal(5)])
      .default(5)
      .meta({ description: "Version of the protocol: 5, or 4 for MQTT 3.1.1." }),
    qos: z
      .union([z.literal(0), z.literal(1)])
      .default(1)
      .meta({ description: "The most quality of service to ask for. With 0 messages are lost while nobody reads." }),
    sessionSeconds: z
      .int()
      .min(0)
      .max(SESSION_SECONDS_MAX)
      .default(SESSION_SECONDS_DEFAULT)
      .meta({ description: "How long the broker keeps the session of a reader that is away (MQTT 5)." }),
    receiveMaximum: z
      .int()
      .min(1)
      .max(RECEIVE_MAXIMUM_MAX)
      .default(RECEIVE_MAXIMUM_DEFAULT)
      .meta({ description: "Messages that the broker hands over before it waits for acknowledgements." }),
    deduplicateBy: z
      .union([
        z.literal("nothing"),
        z.strictObject({ field: fieldPath.meta({ description: "Field of a JSON payload.", examples: ["event.id"] }) }),
        z.strictObject({ userProperty: z.string().min(1).meta({ description: "User property of MQTT 5." }) }),
      ])
      .default("nothing")
      .meta({
        description:
          "What tells a message that comes again from other messages of its topic: `{ field: PATH }` of a JSON payload or `{ userProperty: NAME }`. Messages without it are stored as often as they come.",
        examples: [{ field: "event.id" }],
      }),
    record: recordShapeSchema,
    keepaliveSeconds: z
      .int()
      .min(5)
      .max(600)
      .default(30)
      .meta({ description: "A connection that is silent for half as long again is given up." }),
  })
  .meta({
    examples: [{ url: { env: "MQTT_URL" }, topics: ["$share/lake/devices/+/events"], deduplicateBy: { field: "id" } }],
  });

export type MqttOptions = z.output<typeof mqttOptionsSchema>;

/** What is read, for people, without the password that an address may hold. */
export function upstreamOf({ url, topics }: MqttOptions): string {
  return `${topics.join(", ")} at ${shownUrl(url)}`;
}

function shownUrl(url: Secret): string {
  if (typeof url !== "string") return "env" in url ? `the address in ${url.env}` : `the address in ${url.file}`;
  return URL.canParse(url) ? new URL(url).host : "an address that is none";
}

export interface MqttAddress {
  readonly protocol: "mqtt" | "mqtts";
  readonly hostname: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** The message never holds the address: it may hold a password. */
const URL_EXPECTED =
  "url: expected mqtt://HOST:PORT or mqtts:, with special characters of user and password percent-encoded";

export function addressOf(options: MqttOptions, readSecret: SourceComponents["readSecret"]): MqttAddress {
  const url = URL.parse(readSecret(options.url));
  if (url === null || url.hostname === "") throw invalid(URL_EXPECTED);
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== "mqtt" && protocol !== "mqtts") throw invalid(`${URL_EXPECTED}; got the scheme ${protocol}:`);
  if (protocol === "mqtt" && options.tls !== undefined) {
    throw invalid("url: expected mqtts:, because there is a section tls; got mqtt:");
  }
  const user = options.user ?? decoded(url.username);
  const password = options.password === undefined ? decoded(url.password) : readSecret(options.password);
  return {
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (protocol === "mqtt" ? 1883 : 8883) : Number(url.port),
    ...(user !== "" && { username: user }),
    ...(password !== "" && { password }),
  };
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

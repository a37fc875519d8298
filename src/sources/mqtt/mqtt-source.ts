import { Socket } from "node:net";
import type { IPublishPacket, MqttClient } from "mqtt";
import { readClientTls } from "../../model/client-tls.ts";
import { LakehoseError } from "../../model/errors.ts";
import { RECORD_BYTES_CEILING } from "../../model/limits.ts";
import type { Clock } from "../../std/clock.ts";
import { MessageGatherer } from "../message-gatherer.ts";
import { anySourceKind, type SourceComponents, type SourceKind, type SourceRun } from "../source-kind.ts";
import { mqttFailure } from "./mqtt-failure.ts";
import { messageReader } from "./mqtt-message.ts";
import { addressOf, type MqttOptions, mqttOptionsSchema, upstreamOf } from "./mqtt-options.ts";

const CONNECT_MS_MAX = 10_000;

/** A broker that does not take leave by then is gone. */
const CLOSE_MS_MAX = 2_000;

/**
 * Reads topics within one session that the broker keeps: what has not been acknowledged comes again, also after a restart.
 *
 * The client library acknowledges a message when `handleMessage` calls back, and reads no other one before; so each would
 * wait for a sync of its own. Calling back with an error means that there is nothing to acknowledge, and it reads on. Then
 * messages gather while an append is under way, and the acknowledgements of all of them are written at once, in the order
 * in which they came (MQTT-4.6.0-2), once they are durable.
 */
export const mqttSource: SourceKind = anySourceKind<MqttOptions>({
  name: "mqtt",
  description:
    "Topics of an MQTT broker (3.1.1 and 5), shared subscriptions too. Counts `redeliveries` and `messagesRejected`.",
  guarantee:
    "Exactly once for messages with an id, in a field of the payload or a user property, where `deduplicateBy` names it. Else at least once: those that were not acknowledged come twice. What publishers send with QoS 0 may be lost.",
  options: mqttOptionsSchema,
  upstream: upstreamOf,
  create: (components) => async (options, run) => {
    const client = await openClient(options, components, run);
    try {
      await read(client, options, run);
    } catch (error) {
      throw mqttFailure(error);
    } finally {
      await close(client, components.clock);
    }
  },
});

/** A client that is not connected yet, so that nothing comes before somebody takes it. */
async function openClient(
  options: MqttOptions,
  { readSecret }: SourceComponents,
  { source }: SourceRun,
): Promise<MqttClient> {
  const { connect } = await import("mqtt");
  const { version, receiveMaximum, sessionSeconds, keepaliveSeconds, clientId = `lakehose-${source}` } = options;
  return connect({
    ...addressOf(options, readSecret),
    ...readClientTls(options.tls ?? {}, readSecret),
    manualConnect: true,
    // Whoever runs the source connects again, after waits that grow, and says why.
    reconnectPeriod: 0,
    connectTimeout: CONNECT_MS_MAX,
    keepalive: keepaliveSeconds,
    protocolVersion: version,
    clientId,
    clean: false,
    ...(version === 5 && { properties: { receiveMaximum, sessionExpiryInterval: sessionSeconds } }),
  });
}

/** Reads until something fails or the source is stopped, which both reject. */
async function read(client: MqttClient, options: MqttOptions, run: SourceRun): Promise<never> {
  const ended = endOf(client, run.signal);
  const taker = new MessageTaker(client, options, run, ended.reject);
  try {
    client.handleMessage = (packet, readOn) => taker.take(packet, readOn);
    client.connect();
    await Promise.race([new Promise((resolve) => client.once("connect", resolve)), ended.promise]);
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    await Promise.race([subscribe(client, options, run), ended.promise]);
    run.connected();
    return await ended.promise;
  } finally {
    // What is on its way to the disk is acknowledged, so that an orderly stop costs no repetition.
    if (run.signal.aborted) await taker.settled();
  }
}

/** Rejected by whatever ends the reading. */
function endOf(client: MqttClient, signal: AbortSignal): PromiseWithResolvers<never> {
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  client.on("error", ended.reject);
  client.on("disconnect", ({ reasonCode = 0 }) => {
    ended.reject(
      Object.assign(new Error(`The broker has ended the connection: reason ${reasonCode}`), { code: reasonCode }),
    );
  });
  client.on("close", () => ended.reject(hungUp()));
  if (signal.aborted) ended.reject(signal.reason);
  else signal.addEventListener("abort", () => ended.reject(signal.reason), { once: true });
  return ended;
}

/** Not every broker says it when another client takes the session over: Mosquitto 2.0.11 just hangs up. */
function hungUp(): LakehoseError {
  const message =
    "The connection is closed; if that goes on, another client has the same clientId: give each reader its own";
  return new LakehoseError("connection-lost", message);
}

async function subscribe(client: MqttClient, { topics, qos }: MqttOptions, run: SourceRun): Promise<void> {
  // Retained messages only with a subscription that is new: they have been read with the session's first one.
  const granted = await client.subscribeAsync([...topics], { qos, rh: 1 });
  for (const { topic, qos: given } of granted) {
    if (given >= qos) continue;
    run.warn("quality-lowered", `The broker grants ${topic} with QoS ${given} only: messages may be lost.`);
  }
}

/** Takes messages out of the client's hand and acknowledges them once they are durable. */
class MessageTaker {
  readonly #client: MqttClient;
  readonly #run: SourceRun;
  readonly #waitingMax: number;
  readonly #toMessage: ReturnType<typeof messageReader>;
  readonly #gatherer: MessageGatherer<number | undefined>;
  #readOn: (() => void) | undefined;

  constructor(client: MqttClient, options: MqttOptions, run: SourceRun, onFailed: (error: unknown) => void) {
    this.#client = client;
    this.#run = run;
    this.#waitingMax = options.receiveMaximum;
    this.#toMessage = messageReader(options);
    const acknowledge = (packetIds: readonly (number | undefined)[]) => this.#acknowledge(packetIds);
    this.#gatherer = new MessageGatherer({ inlet: run.inlet, acknowledge, onFailed });
  }

  take(packet: IPublishPacket, readOn: (error?: Error) => void): void {
    if (packet.dup) this.#run.count("redeliveries");
    const message = this.#toMessage(packet);
    if (message.bytes.length > RECORD_BYTES_CEILING) {
      this.#reject(packet, message.bytes.length);
      readOn();
      return;
    }
    this.#gatherer.add(message, packet.qos === 0 ? undefined : packet.messageId);
    // Brokers that know no receive maximum, and all of them with QoS 0, send what they have: the socket holds them back.
    if (this.#gatherer.waiting < this.#waitingMax * 2) readOn(NOT_YET);
    else this.#readOn = () => readOn(NOT_YET);
  }

  settled(): Promise<void> {
    return this.#gatherer.settled();
  }

  #acknowledge(packetIds: readonly (number | undefined)[]): void {
    const acknowledged = packetIds.filter((packetId) => packetId !== undefined);
    if (acknowledged.length > 0) this.#client.stream.write(pubacks(acknowledged));
    const readOn = this.#readOn;
    this.#readOn = undefined;
    readOn?.();
  }

  #reject({ topic }: IPublishPacket, bytes: number): void {
    this.#run.count("messagesRejected");
    this.#run.warn(
      "message-too-large",
      `A message of ${topic} makes a record of ${bytes} bytes, the most is ${RECORD_BYTES_CEILING}. It is lost: MQTT has no place for what a reader cannot take.`,
    );
  }
}

/** With it the library reads on and acknowledges nothing. */
const NOT_YET = new Error("Acknowledged once it is durable");

const PUBACK = 0x40;
const PUBACK_BYTES = 4;

/**
 * PUBACK = 0x40, remaining length 2, packet identifier (two bytes, the high one first); in MQTT 5 what ends here says
 * success (3.4.2.1). One write for all of them.
 */
function pubacks(packetIds: readonly number[]): Buffer {
  const bytes = Buffer.alloc(packetIds.length * PUBACK_BYTES);
  for (const [index, packetId] of packetIds.entries()) {
    const at = index * PUBACK_BYTES;
    bytes[at] = PUBACK;
    bytes[at + 1] = PUBACK_BYTES - 2;
    bytes.writeUInt16BE(packetId, at + 2);
  }
  return bytes;
}

async function close(client: MqttClient, clock: Clock): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([client.endAsync(), clock.sleep(CLOSE_MS_MAX, waiting.signal)]).catch(() => undefined);
  waiting.abort();
  await client.endAsync(true).catch(() => undefined);
}

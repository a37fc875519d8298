import type { ChannelModel } from "amqplib";
import { type ClientTlsFiles, readClientTls } from "../../model/client-tls.ts";
import type { Clock } from "../../std/clock.ts";
import type { SourceComponents } from "../source-kind.ts";
import { rabbitMqFailure } from "./rabbitmq-failure.ts";
import { addressesOf, type RabbitMqAddress, type RabbitMqOptions } from "./rabbitmq-options.ts";

export interface RabbitMqConnection {
  readonly client: ChannelModel;
  /** Of the node that answered. */
  readonly vhost: string;
  /** Takes leave, and hangs up on a broker that does not answer. */
  close(): Promise<void>;
}

/** A node that does not answer by then is passed by. */
const CONNECT_MS_MAX = 10_000;

/** A broker that does not take leave by then is gone. */
const CLOSE_MS_MAX = 2_000;

/** Connects to the first node that answers; rejects with what the last one said. */
export async function connectToRabbitMq(
  options: RabbitMqOptions,
  { clock, readSecret }: Pick<SourceComponents, "clock" | "readSecret">,
  signal: AbortSignal,
): Promise<RabbitMqConnection> {
  const tls = readClientTls(options.tls ?? {}, readSecret);
  let failure: unknown;
  for (const address of addressesOf(options, readSecret)) {
    signal.throwIfAborted();
    try {
      return await connectToNode(address, { heartbeat: options.heartbeatSeconds, tls }, { clock, signal });
    } catch (error) {
      failure = rabbitMqFailure(error, options);
    }
  }
  throw failure;
}

async function connectToNode(
  address: RabbitMqAddress,
  { heartbeat, tls }: { readonly heartbeat: number; readonly tls: ClientTlsFiles },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<RabbitMqConnection> {
  const { connect } = await import("amqplib");
  const { vhost } = address;
  const hangUp = new AbortController();
  const onAbort = () => hangUp.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const socket = { ...tls, noDelay: true, timeout: CONNECT_MS_MAX, signal: hangUp.signal };
    // The library decodes the name of the virtual host here too, although it stands in no URL.
    const client = await connect({ ...address, vhost: encodeURIComponent(vhost), heartbeat }, socket);
    // An error that nobody listens to would end the process, also before and after the reading.
    client.on("error", () => undefined);
    return { client, vhost, close: () => close(client, clock, hangUp) };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function close(client: ChannelModel, clock: Clock, hangUp: AbortController): Promise<void> {
  await Promise.race([client.close(), clock.sleep(CLOSE_MS_MAX, hangUp.signal)]).catch(() => undefined);
  hangUp.abort();
}

import { tlsFailure } from "../../model/client-tls.ts";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { RabbitMqOptions } from "./rabbitmq-options.ts";

/**
 * A failure of the client's or of the broker's, in our words. The broker tells by reply codes of AMQP 0-9-1 (section 1.8)
 * with a text; while a connection is opened the client library gives the code in its own message alone.
 */
export function rabbitMqFailure(error: unknown, options: RabbitMqOptions): LakehoseError {
  if (error instanceof LakehoseError) return error;
  const reason = reasonOf(error);
  const { code, advice } = verdictOn(error, reason, options);
  return new LakehoseError(code, advice === "" ? reason : `${reason}; ${advice}`, { cause: error });
}

interface Verdict {
  readonly code: string;
  /** Empty where the broker's own words say what to do. */
  readonly advice: string;
}

const NO_VHOST: Verdict = {
  code: "not-allowed",
  advice: "look at the virtual host: it is not there, or the user has no right on it",
};

function verdictOn(error: unknown, reason: string, options: RabbitMqOptions): Verdict {
  switch (replyCodeOf(error, reason)) {
    case 320:
      return { code: "connection-forced", advice: "the broker is stopped or somebody has closed the connection" };
    case 403:
      return { code: "access-refused", advice: adviceOnRefusal(reason, options) };
    case 404:
      return { code: "not-found", advice: "make the queue, look at queue and the virtual host, or set declare" };
    case 405:
      return { code: "resource-locked", advice: "the queue belongs to another connection alone: read another one" };
    case 406:
      return { code: "precondition-failed", advice: adviceOnPrecondition(reason) };
    case 530:
      return NO_VHOST;
    case undefined:
      return onTheWay(error, reason);
    default:
      return { code: "broker-failed", advice: "" };
  }
}

function replyCodeOf(error: unknown, reason: string): number | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "number") return code;
  const [, written] = /\b(\d{3}) \([A-Z-]+\) with message/.exec(reason) ?? [];
  return written === undefined ? undefined : Number(written);
}

function adviceOnRefusal(reason: string, { queue }: RabbitMqOptions): string {
  if (reason.includes("Handshake")) return "look at user and password";
  if (reason.includes("exclusive use")) return "another reader of the queue is exclusive, or exclusive is set here";
  return `grant the user the right to read ${queue}, and to configure it where declare is set`;
}

function adviceOnPrecondition(reason: string): string {
  if (reason.includes("x-stream-offset")) return "this is no stream: set type to queue";
  if (reason.includes("inequivalent arg")) return "the queue is there with other properties: set declare to never";
  if (reason.includes("timed out")) {
    return "the stream had no room for longer than the broker's consumer_timeout; messages with ids are not stored twice";
  }
  return "";
}

function onTheWay(error: unknown, reason: string): Verdict {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const tls = tlsFailure(code);
  if (tls !== undefined) return tls;
  // The library keeps to itself what the broker says when it does not open the virtual host.
  if (reason.startsWith("Expected ConnectionOpenOk; got <ConnectionClose")) return NO_VHOST;
  if (reason.includes("handshake")) {
    return { code: "connection-lost", advice: "look at the scheme and port of the address: TLS has a port of its own" };
  }
  if (reason === "Unexpected close") return { code: "connection-lost", advice: "the broker has hung up" };
  return { code: code === "" ? "connection-lost" : code, advice: "" };
}

import { reasonOf } from "../../model/errors.ts";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { StreamDocument, StreamHealth, Streams } from "../../streams/streams.ts";
import { warningsOf } from "../../streams/warnings.ts";
import { fromDeclared } from "../firehose/declared.ts";
import { describeDestination } from "../firehose/describe-destination.ts";

/** A stream as the admin API shows it: like Describe without secrets, and all that AWS has no word for. */
export function streamView(document: StreamDocument): JsonObject {
  const { declared, failure, updatedAt, deliveries, encryption, ...plain } = document;
  const view = {
    ...plain,
    ...(failure === undefined ? {} : { failure }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
    encryption: encryption.status,
    destination: describeDestination(fromDeclared(declared)),
    ...settingsView(document),
    deliveries,
    warnings: warningsOf(document),
  };
  return asJson(view);
}

/** Settings that an older version accepted may be refused by this one; the stream must stay visible all the same. */
function settingsView(document: StreamDocument): object {
  try {
    return { settings: settingsOf(document.extensions, document.tags) };
  } catch (error) {
    return { settingsProblem: reasonOf(error) };
  }
}

/** How the stream does while it is open, or why nobody can say. */
export function stateView(streams: Pick<Streams, "health">, name: string): JsonObject {
  try {
    return { health: healthView(streams.health(name)) };
  } catch (error) {
    if (error instanceof StreamError && error.code === "unavailable") return { unavailable: error.message };
    throw error;
  }
}

function healthView(health: StreamHealth): JsonObject {
  return asJson({ ...health, balance: health.deliveries.map((delivery) => balanceOf(health, delivery)) });
}

/** Accepted = delivered + errored + dropped + pending, where what is still unread in the log is pending too. */
function balanceOf(health: StreamHealth, delivery: StreamHealth["deliveries"][number]) {
  const { read, delivered, errored, dropped, pending } = delivery.counters;
  const unread = Math.max(0, health.log.end - delivery.read);
  const accepted = read + unread;
  const outcome = { delivered, errored, dropped, pending: pending + unread };
  const sum = delivered + errored + dropped + outcome.pending;
  return { id: delivery.id, accepted, ...outcome, balanced: accepted === sum };
}

/** Members that are undefined are left out, as JSON does. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

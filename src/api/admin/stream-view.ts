import { destinationTypes, findDestinationType } from "../../destinations/registry.ts";
import type { ComponentSpec, DeliveryDefinition } from "../../model/delivery-definition.ts";
import { reasonOf } from "../../model/errors.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { StreamDocument, StreamHealth, Streams } from "../../streams/streams.ts";
import { warningsOf } from "../../streams/warnings.ts";
import { fromDeclared } from "../firehose/declared.ts";
import { describeDestination } from "../firehose/describe-destination.ts";
import { isObject } from "../firehose/normalise.ts";
import { withoutSecrets } from "./hidden-secrets.ts";
import { asJson } from "./parse-body.ts";

/** A stream as the admin API shows it: like Describe without secrets, and all that AWS has no word for. */
export function streamView(document: StreamDocument): JsonObject {
  const { declared, extensions, failure, updatedAt, deliveries, encryption, ...plain } = document;
  const view = {
    ...plain,
    extensions: settingsWithoutSecrets(extensions),
    ...(failure === undefined ? {} : { failure }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
    encryption: encryption.status,
    destination: destinationView(declared),
    ...settingsView(document),
    deliveries: deliveries.map(deliveryView),
    warnings: warningsOf(document),
  };
  return asJson(view);
}

/** Settings that an older version accepted may be refused by this one; the stream must stay visible all the same. */
function settingsView(document: StreamDocument): object {
  try {
    return { settings: settingsWithoutSecrets(asJson(settingsOf(document.extensions, document.tags))) };
  } catch (error) {
    return { settingsProblem: reasonOf(error) };
  }
}

/** Describe shows this token as AWS does, to callers who may change the stream; viewers of the console may not. */
function destinationView(declared: JsonObject): JsonObject {
  const described = describeDestination(fromDeclared(declared));
  const { SplunkDestinationDescription: splunk } = described;
  if (!isObject(splunk)) return described;
  const { HECToken: _, ...shown } = splunk;
  return { ...described, SplunkDestinationDescription: shown };
}

function deliveryView(definition: DeliveryDefinition): DeliveryDefinition {
  const { target, errorTarget } = definition;
  const shown = { ...definition, target: componentView(target) };
  return errorTarget === undefined ? shown : { ...shown, errorTarget: componentView(errorTarget) };
}

/** What an unknown kind keeps secret nobody knows: whatever is a secret of some kind. */
function componentView({ type, options }: ComponentSpec): ComponentSpec {
  const known = findDestinationType(type);
  const types = known === undefined ? destinationTypes : [known];
  return { type, options: types.reduce((shown, { optionsSchema }) => withoutSecrets(shown, optionsSchema), options) };
}

/** Settings as somebody wrote them: they may have any shape. */
function settingsWithoutSecrets(settings: JsonObject): JsonObject {
  const { "destination-options": own, destinations } = settings;
  return {
    ...settings,
    ...(isObject(own) && { "destination-options": componentView({ type: "any", options: own }).options }),
    ...(Array.isArray(destinations) && { destinations: destinations.map(furtherView) }),
  };
}

function furtherView(entry: JsonValue): JsonValue {
  if (!isObject(entry) || !isObject(entry.options)) return entry;
  return { ...entry, options: componentView({ type: String(entry.type), options: entry.options }).options };
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

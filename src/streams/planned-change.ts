import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { JsonObject } from "../std/json.ts";
import { withFormerOutputs } from "./former-outputs.ts";
import type { StoredStream } from "./registry.ts";
import { StreamError } from "./stream-error.ts";

/** New parts of a document, all of them already checked. */
export interface ChangedParts {
  readonly declared: JsonObject;
  readonly extensions: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  readonly deliveries: readonly DeliveryDefinition[];
  readonly updatedAt: number;
}

/** What a change declares; the rest follows from it. */
export type DeclaredParts = Pick<ChangedParts, "declared" | "extensions" | "tags">;

/**
 * The stream after an effective change at log position `position`: the version rises, deliveries that are new begin to
 * read there, and those that are gone are remembered until they have handed on what they had taken.
 */
export function plannedChange(stored: StoredStream, parts: ChangedParts, position: number): StoredStream {
  const { document } = stored;
  const before = new Set(document.deliveries.map((definition) => definition.id));
  const after = new Set(parts.deliveries.map((definition) => definition.id));
  const joining = parts.deliveries.filter((definition) => !before.has(definition.id));
  refuseReturning(stored, joining);
  const leaving = document.deliveries.filter((definition) => !after.has(definition.id)).map(onItsWayOut);
  return {
    document: { ...document, ...parts, versionId: String(BigInt(document.versionId) + 1n) },
    startsAt: { ...stored.startsAt, ...Object.fromEntries(joining.map(({ id }) => [id, position])) },
    ending: [...stored.ending, ...leaving],
    replays: stored.replays,
    formerOutputs: withFormerOutputs(stored.formerOutputs, document.deliveries, parts.deliveries),
    paused: stored.paused,
    removing: false,
  };
}

/** How long one that is taken out tries for a target that fails, where it would have done so for ever. AWS's own default. */
const LAST_RETRY_MS = 300_000;

/**
 * Nobody can mend its address or password any longer, and it holds the log: what its target does not take for a while goes
 * to the error output. Objects have none for what is whole.
 */
function onItsWayOut(definition: DeliveryDefinition): DeliveryDefinition {
  const { retry, errorType } = definition;
  return retry === undefined && errorType !== undefined
    ? { ...definition, retry: { forMs: LAST_RETRY_MS } }
    : definition;
}

/** The stream once a delivery that was taken out has handed on what it had. */
export function withoutEnded(stored: StoredStream, deliveryId: string): StoredStream {
  return { ...stored, ending: stored.ending.filter((definition) => definition.id !== deliveryId) };
}

/** One that still hands on what it had taken lives in the folder that its successor would have. */
function refuseReturning({ document, ending }: StoredStream, joining: readonly DeliveryDefinition[]): void {
  const leaving = new Set(ending.map((definition) => definition.id));
  const returning = joining.find((definition) => leaving.has(definition.id));
  if (returning === undefined) return;
  const message = `Delivery ${returning.id} of stream ${document.name} was taken out and still hands on what it had: change the stream again once it is done`;
  throw new StreamError("unavailable", message);
}

import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { JsonObject } from "../std/json.ts";
import type { StoredStream } from "./registry.ts";

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
  const leaving = document.deliveries.filter((definition) => !after.has(definition.id));
  return {
    document: { ...document, ...parts, versionId: String(BigInt(document.versionId) + 1n) },
    startsAt: { ...stored.startsAt, ...Object.fromEntries(joining.map(({ id }) => [id, position])) },
    ending: [...stored.ending, ...leaving],
    replays: stored.replays,
    removing: false,
  };
}

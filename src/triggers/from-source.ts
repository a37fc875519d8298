import type { SourceKind } from "../sources/source-kind.ts";
import type { EventShape, TriggerKind } from "./trigger-kind.ts";

/** A source whose records can be events calls functions as well: the same reader, with the inlet of a trigger. */
export function triggerOfSource(
  source: SourceKind,
  described: { description: string; events: EventShape },
): TriggerKind {
  return {
    name: source.name,
    description: described.description,
    options: source.options,
    upstream: (options) => source.upstream(options),
    create: (components) => {
      const read = source.create(components);
      return (options, run) => read({ ...(options as object), record: "event" }, run);
    },
    events: described.events,
  };
}

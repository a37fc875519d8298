import type { StreamDocument } from "../../streams/streams.ts";
import type { DeclaredStream } from "./declared.ts";
import type { DestinationKindName } from "./destination-kinds.ts";
import { targetKinds } from "./targets/registry.ts";

/**
 * What is understood and checked but not delivered yet, in plain words for whoever asks for it. Creating such a stream is
 * refused and nothing is stored. When something comes to be delivered, its line goes.
 */
const DESTINATIONS: Readonly<Partial<Record<DestinationKindName, string>>> = {
  Snowflake: "Snowflake",
  Iceberg: "Iceberg tables",
};

const SOURCES: Partial<Record<StreamDocument["type"], string>> = {
  DatabaseAsSource: "databases",
};

/** Why the stream cannot be delivered, or `undefined`. */
export function undelivered(type: StreamDocument["type"], stream: DeclaredStream): string | undefined {
  const source = SOURCES[type];
  if (source !== undefined) return `Lakehose does not read from ${source} yet. Use a DirectPut stream.`;
  const destination = DESTINATIONS[stream.kind];
  if (destination !== undefined && targetKinds[stream.kind] === undefined)
    return `Lakehose does not deliver to ${destination} yet. Use an S3 destination.`;
  return undefined;
}

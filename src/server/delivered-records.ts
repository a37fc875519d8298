import { decompress } from "../formats/compression/decompress.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { readLines } from "../std/read-lines.ts";
import type { StreamDocument } from "../streams/streams.ts";
import type { Stores } from "./stores.ts";

/** A record as it lies in the lake. */
export interface DeliveredRecord {
  readonly bucket: string;
  readonly key: string;
  /** Without the line feed that ended it. */
  readonly bytes: Buffer;
}

/** More than any object that a test should read back: 5 GB is the most that an object may roll at. */
const OBJECT_BYTES_MAX = 5 * 1000 ** 3;

/**
 * What a stream has delivered to its primary destination, object by object in key order. Records are told apart by line
 * feeds; a stream that puts nothing between records gives one record for each object.
 */
export async function* deliveredRecords(document: StreamDocument, stores: Stores): AsyncGenerator<DeliveredRecord> {
  for (const definition of document.deliveries.filter(({ kind }) => kind === "primary")) {
    const { bucket } = definition.target.options;
    if (typeof bucket !== "string") continue;
    const store = stores.storeFor(bucket);
    for await (const { key } of store.list(bucket, { prefix: literalPart(definition.naming.prefix) })) {
      if (!isData(key, document.name, definition)) continue;
      const content = decompress(await store.get(bucket, key), { outputBytesMax: OBJECT_BYTES_MAX });
      for await (const line of readLines(content)) {
        yield { bucket, key, bytes: line.at(-1) === 10 ? line.subarray(0, -1) : line };
      }
    }
  }
}

/** The part of a prefix expression that is the same for all objects. */
function literalPart(prefix = ""): string {
  const expression = prefix.indexOf("!{");
  return expression === -1 ? prefix : prefix.slice(0, expression);
}

/** Neither an error output nor somebody else's object. */
export function isData(key: string, stream: string, { naming }: DeliveryDefinition): boolean {
  const errors = literalPart(naming.errorPrefix);
  const inErrors = errors !== "" && errors !== literalPart(naming.prefix) && key.startsWith(errors);
  return !inErrors && key.slice(key.lastIndexOf("/") + 1).startsWith(`${stream}-`);
}

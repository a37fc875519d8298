import type { LogReader } from "../log/log.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { parsePrefixes } from "../model/prefix-template.ts";
import { withoutCode } from "./function-code.ts";
import type { LakeObjects, LogSpan, StartReplay, StoredLakeObjects, StoredReplay } from "./replay.ts";
import { StreamError } from "./stream-error.ts";
import type { StreamDocument } from "./streams.ts";

/** Where replays write unless they are told otherwise. */
const REPLAY_ROOT = "replay/";

/**
 * What a replay will do, frozen. Throws `StreamError` `invalid` for what makes no sense, and for a range that the log no
 * longer holds. The caller keeps the log leased meanwhile.
 */
export async function planReplay(
  document: StreamDocument,
  reader: LogReader,
  request: StartReplay,
  made: { readonly id: string; readonly createdAt: number },
): Promise<StoredReplay> {
  const base = baseDelivery(document, request.delivery);
  const definition = replayDefinition(base, made.id, request.into ?? {});
  const source =
    request.source.type === "log"
      ? await logRange(document.name, reader, request.source)
      : lakeObjects(base, definition, reader, request.source);
  return { ...made, of: base.id, definition, source, state: "running" };
}

export function baseDelivery(document: StreamDocument, id: string | undefined): DeliveryDefinition {
  const found = id === undefined ? document.deliveries[0] : document.deliveries.find((one) => one.id === id);
  if (found !== undefined) return found;
  const known = document.deliveries.map((one) => one.id).join(", ");
  throw new StreamError("invalid", `Stream ${document.name} has no delivery ${id}. It has: ${known}`);
}

/** Everything as in the delivery, but names and target. No wall-clock roll: a replay completes no day. */
function replayDefinition(
  base: DeliveryDefinition,
  id: string,
  into: NonNullable<StartReplay["into"]>,
): DeliveryDefinition {
  const { logging: _, ...kept } = base;
  const { at: __, ...roll } = base.roll;
  const root = `${REPLAY_ROOT}${id}/`;
  const prefix = into.prefix ?? `${root}${base.naming.prefix ?? ""}`;
  const errorPrefix =
    base.naming.errorPrefix === undefined || base.naming.errorPrefix === ""
      ? `${root}!{firehose:error-output-type}/`
      : `${root}${base.naming.errorPrefix}`;
  const naming = { ...base.naming, prefix, errorPrefix };
  const { problems } = parsePrefixes(naming);
  if (problems !== undefined) throw new StreamError("invalid", problems.map(({ message }) => message).join("; "));
  const target =
    into.bucket === undefined
      ? base.target
      : { ...base.target, options: { ...base.target.options, bucket: into.bucket } };
  return { ...withoutCode(kept), id: `replay-${id}`, kind: "replay", naming, target, roll };
}

async function logRange(stream: string, reader: LogReader, span: LogSpan): Promise<StoredReplay["source"]> {
  const byOffset = span.fromOffset !== undefined || span.toOffset !== undefined;
  if (byOffset && (span.fromMs !== undefined || span.toMs !== undefined)) {
    throw new StreamError("invalid", "A replay has a range of offsets or a range of times, not both");
  }
  const oldest = (await reader.read(reader.start, 1))[0];
  if (oldest === undefined) throw new StreamError("invalid", `The log of ${stream} holds no records to replay`);
  const missing =
    (span.fromOffset !== undefined && span.fromOffset < reader.start) ||
    (span.fromMs !== undefined && reader.start > 0 && span.fromMs < oldest.arrivalMs);
  if (missing) {
    const since = `offset ${reader.start}, which arrived at ${new Date(oldest.arrivalMs).toISOString()}`;
    const advice = "Replay from there, or read the objects in the lake back; lakehose:retention keeps more";
    throw new StreamError("invalid", `The log of ${stream} is retained from ${since} on. ${advice}`);
  }
  const from = span.fromOffset ?? (span.fromMs === undefined ? reader.start : await reader.offsetAtTime(span.fromMs));
  const to = span.toOffset ?? (span.toMs === undefined ? reader.end : await reader.offsetAtTime(span.toMs));
  if (to > reader.end) {
    throw new StreamError("invalid", `The log of ${stream} ends at offset ${reader.end}, got a range up to ${to}`);
  }
  if (from >= to) throw new StreamError("invalid", `The range holds no records: it goes from offset ${from} to ${to}`);
  return { type: "log", from, to };
}

function lakeObjects(
  base: DeliveryDefinition,
  replay: DeliveryDefinition,
  reader: LogReader,
  source: LakeObjects,
): StoredLakeObjects {
  const bucket = source.bucket ?? base.target.options.bucket;
  if (typeof bucket !== "string") throw new StreamError("invalid", `Delivery ${base.id} has no bucket; name one`);
  const { prefix, stage = "processors" } = source;
  const own = replay.target.options.bucket === bucket ? writtenPrefixes(replay) : [];
  if (own.some((written) => prefix.startsWith(written))) {
    const advice = "Replay into a prefix or bucket of its own";
    throw new StreamError("invalid", `The replay would read what it writes below ${prefix}. ${advice}`);
  }
  const others = prefix.startsWith(REPLAY_ROOT) ? [] : [REPLAY_ROOT];
  const exclude = [...own, ...(bucket === base.target.options.bucket ? [...errorPrefixes(base), ...others] : [])];
  const kept = exclude.filter((excluded) => !prefix.startsWith(excluded));
  return { type: "objects", bucket, prefix, exclude: kept, stage, from: reader.end };
}

function writtenPrefixes({ naming }: DeliveryDefinition): string[] {
  return [literalStart(naming.prefix), literalStart(naming.errorPrefix)];
}

/** Where a delivery keeps its errors apart from its data; nothing when the two cannot be told apart by their start. */
function errorPrefixes({ naming }: DeliveryDefinition): string[] {
  const start = literalStart(naming.errorPrefix);
  return start === "" || literalStart(naming.prefix).startsWith(start) ? [] : [start];
}

function literalStart(prefix = ""): string {
  const expression = prefix.indexOf("!{");
  return expression === -1 ? prefix : prefix.slice(0, expression);
}

import type { SourceStatus } from "../sources/sources.ts";
import type { StreamDocument, Streams } from "../streams/streams.ts";
import type { DeliveryLogTarget } from "../telemetry/delivery-log.ts";
import type { SourceSnapshot, StreamSnapshot } from "../telemetry/snapshot.ts";

/** The state of all open streams in telemetry's words; of none before they are open. */
export function streamSnapshots(streams: Streams | undefined): readonly StreamSnapshot[] {
  if (streams === undefined) return [];
  return streams.list().flatMap((document) => {
    const health = healthOf(streams, document);
    if (health === undefined) return [];
    return {
      stream: document.name,
      logBytes: health.log.bytes,
      budgetBytes: health.budgetBytes,
      pendingAppends: health.log.pendingAppends,
      end: health.log.end,
      deliveries: health.deliveries.map(({ id, ...status }) => ({ delivery: id, ...status })),
    };
  });
}

/** The state of all sources, likewise. */
export function sourceSnapshots(sources: readonly SourceStatus[]): readonly SourceSnapshot[] {
  return sources.map(({ name, ...status }) => ({ source: name, ...status }));
}

/** A stream that could not be opened has no numbers; its reason was logged when that happened. */
function healthOf(streams: Streams, document: StreamDocument) {
  try {
    return streams.health(document.name);
  } catch {
    return undefined;
  }
}

/** Where the delivery log of a delivery goes; `undefined` while its CloudWatchLoggingOptions are off. */
export function deliveryLogTarget(
  document: StreamDocument | undefined,
  delivery: string,
): DeliveryLogTarget | undefined {
  const definition = document?.deliveries.find(({ id }) => id === delivery);
  if (document === undefined || definition?.logging === undefined) return undefined;
  const { bucket } = definition.target.options;
  return {
    arn: document.arn,
    version: document.versionId,
    destination: typeof bucket === "string" ? `arn:aws:s3:::${bucket}` : definition.target.type,
    logStream: definition.logging.stream,
  };
}

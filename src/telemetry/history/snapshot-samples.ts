import type { HoldAges } from "../hold-ages.ts";
import type { SourceSnapshot, StreamSnapshot } from "../snapshot.ts";
import { deliveryFamilies } from "./delivery-names.ts";
import type { DeliveryTargetOf, RecordSample } from "./event-samples.ts";

/** States of a delivery in which nothing lands. */
const FAILING_STATES: ReadonlySet<string> = new Set(["retrying", "failed"]);

export interface SnapshotSampling {
  readonly record: RecordSample;
  readonly targetOf: DeliveryTargetOf;
  readonly holdAges: HoldAges;
  readonly now: number;
}

/** What is measured once a minute rather than told by events. */
export function sampleSnapshots(
  streams: readonly StreamSnapshot[],
  sources: readonly SourceSnapshot[],
  sampling: SnapshotSampling,
): void {
  sampling.holdAges.begin();
  for (const snapshot of streams) sampleStream(snapshot, sampling);
  for (const { stream, measures } of sources) {
    const lag = measures.recordsLagMax;
    if (lag !== undefined) sampling.record(stream, "KafkaOffsetLag", lag);
  }
}

function sampleStream(snapshot: StreamSnapshot, sampling: SnapshotSampling): void {
  const { record } = sampling;
  const { stream, logBytes, budgetBytes, deliveries } = snapshot;
  const spilledBytes = deliveries.reduce((sum, delivery) => sum + delivery.spilledBytes, 0);
  record(stream, "LogBytes", logBytes);
  if (budgetBytes > 0) record(stream, "BudgetUsed", (100 * (logBytes + spilledBytes)) / budgetBytes);
  let freshnessMs = 0;
  let holdAgeMs = 0;
  let failing = 0;
  let pending = 0;
  for (const delivery of deliveries) {
    // Records that are replayed are old on purpose.
    if (delivery.kind === "replay") continue;
    const { hold, state, counters, read } = delivery;
    freshnessMs = Math.max(freshnessMs, sampleDelivery(snapshot, delivery, sampling));
    holdAgeMs = Math.max(holdAgeMs, sampling.holdAges.ageMs(`${stream}/${delivery.delivery}`, hold, snapshot.end));
    if (FAILING_STATES.has(state)) failing++;
    pending = Math.max(pending, counters.pending + Math.max(0, snapshot.end - read));
  }
  record(stream, "DataFreshness", freshnessMs / 1000);
  record(stream, "LogAge", holdAgeMs / 1000);
  record(stream, "DeliveriesFailing", failing);
  record(stream, "PendingRecords", pending);
}

/** How long its oldest record has waited. */
function sampleDelivery(
  { stream }: StreamSnapshot,
  { delivery, kind, oldestPendingMs, openAccumulators }: StreamSnapshot["deliveries"][number],
  { record, targetOf, now }: SnapshotSampling,
): number {
  const freshnessMs = oldestPendingMs === undefined ? 0 : Math.max(0, now - oldestPendingMs);
  const target = targetOf(stream, delivery);
  const families = target === undefined ? [] : deliveryFamilies(target);
  for (const family of families) record(stream, `${family}.DataFreshness`, freshnessMs / 1000);
  if (kind === "primary") record(stream, "PartitionCount", openAccumulators);
  return freshnessMs;
}

/**
 * Partition values of three paths out of 1 KB records, on one core: `by-hand` is JSON.parse and a closure, the most that a
 * processor which parses can reach; `compiled` is the processor; `jq` is the processor with a query that only jq itself
 * answers. Started as `extract-metadata.ts VARIANT SECONDS`; prints how many records it took and in how
 * many seconds of processor time, which is what a core gives, whoever else is on the machine.
 */

import { type Batch, packRecords, recordAt } from "../../src/model/records.ts";
import { extractMetadataProcessor } from "../../src/processors/extract-metadata/extract-metadata.ts";
import type { KeptOutcome, Outcome } from "../../src/processors/processor.ts";
import { systemClock } from "../../src/std/clock.ts";
import { processorDependencies } from "../../test/fakes/processor-dependencies.ts";
import { Events } from "../harness/events.ts";

const RECORDS_PER_BATCH = 500;
const BATCHES = 32;

const QUERY = "{kind: .kind, city: .place.city, user: .user}";

type Extract = (batch: Batch) => Promise<readonly Outcome[]>;

const VARIANTS: Readonly<Record<string, () => Extract>> = {
  "by-hand": () => async (batch) => keptOf(batch).map(readByHand),
  compiled: () => byProcessor(QUERY),
  jq: () => byProcessor(QUERY.replace(".kind", '.kind | sub("x"; "y")')),
};

const events = new Events(1000);
const batches = Array.from({ length: BATCHES }, (): Batch => {
  const records = Array.from({ length: RECORDS_PER_BATCH }, () => Buffer.from(events.next()));
  return { ...packRecords(records), partition: 0, firstOffset: 0, arrivalMs: 0 };
});

const [variant = "compiled", seconds = "10"] = process.argv.slice(2);
const extract = VARIANTS[variant]?.();
if (extract === undefined) throw new Error(`Expected one of ${Object.keys(VARIANTS).join(", ")}; got ${variant}`);
await run(extract, 0.5);
const { records, coreSeconds } = await run(extract, Number(seconds));
process.stdout.write(`took ${records} in ${coreSeconds}\n`);
process.exit();

async function run(of: Extract, secondsMax: number) {
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  let count = 0;
  for (let index = 0; performance.now() - startedAt < secondsMax * 1000; index++) {
    const batch = batches[index % BATCHES];
    if (batch === undefined) break;
    const outcomes = await of(batch);
    if (!outcomes.every((outcome) => outcome.result === "kept" && outcome.partitionValues)) throw new Error("rejected");
    count += outcomes.length;
  }
  const { user, system } = process.cpuUsage(usedBefore);
  return { records: count, coreSeconds: (user + system) / 1e6 };
}

function byProcessor(query: string): Extract {
  const processor = extractMetadataProcessor.create({ query }, processorDependencies({ clock: systemClock }));
  const { signal } = new AbortController();
  return async (batch) => (await processor.process({ source: batch, outcomes: keptOf(batch) }, signal)).outcomes;
}

function keptOf(batch: Batch): KeptOutcome[] {
  return Array.from(batch.ends, (_, index) => ({ result: "kept", index, bytes: recordAt(batch, index) }));
}

function readByHand(outcome: KeptOutcome): Outcome {
  const { kind, place, user } = JSON.parse(outcome.bytes.toString());
  const partitionValues = { "query:kind": String(kind), "query:city": String(place.city), "query:user": String(user) };
  return { ...outcome, partitionValues };
}

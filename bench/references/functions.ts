/**
 * A function that parses, adds a field and serialises: called bare by a loop in its own process, and through everything that
 * a stream has between its log and a function. Started as `functions.ts VARIANT RUNTIME BYTES SECONDS FOLDER`; prints how
 * many records it took, in how many seconds, and how much processor time its own process and those of the function used.
 */

import { execFile } from "node:child_process";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { FunctionHost } from "../../src/functions/function-host.ts";
import { type Batch, packRecords, recordAt } from "../../src/model/records.ts";
import { lambdaProcessor } from "../../src/processors/lambda/lambda.ts";
import { buildEvent, eventHead } from "../../src/processors/lambda/lambda-event.ts";
import type { Processor } from "../../src/processors/processor.ts";
import { systemClock } from "../../src/std/clock.ts";
import { systemRandom } from "../../src/std/random.ts";
import { processorDependencies } from "../../test/fakes/processor-dependencies.ts";
import { Events } from "../harness/events.ts";
import { secondsByThread } from "../harness/process-usage.ts";

/** What one invocation is given unless a stream says otherwise, and what one read of the log brings. */
const PACK_BYTES = 1024 * 1024;
const PACKS_PER_READ = 4;
const PACKS = 16;
const RECORDS_PER_BATCH = 500;
const HANDLERS = join(import.meta.dirname, "functions");
/** As many processes as a function may have are to have compiled what they run. */
const WARM_UP_SECONDS = 2;

interface Usage {
  readonly records: number;
  readonly seconds: number;
  readonly ownCoreSeconds: number;
  readonly functionCoreSeconds: number;
}

const [variant = "through", runtime = "node", bytes = "1000", seconds = "10", folder = ""] = process.argv.slice(2);
const recordBytes = Number(bytes);
const recordsPerPack = Math.floor(PACK_BYTES / recordBytes);
const events = new Events(recordBytes);
const VARIANTS: Readonly<Record<string, () => Promise<string>>> = { bare, through };
const line = await VARIANTS[variant]?.();
if (line === undefined) throw new Error(`Expected one of ${Object.keys(VARIANTS).join(", ")}; got ${variant}`);
process.stdout.write(`${line}\n`);
process.exit();

function tell({ records, seconds, ownCoreSeconds, functionCoreSeconds }: Usage): string {
  return `took ${records} in ${seconds} used ${functionCoreSeconds} and ${ownCoreSeconds}`;
}

/** The events are there already; what is measured is the handler. */
async function bare(): Promise<string> {
  const { stream } = processorDependencies();
  const packs = Array.from({ length: PACKS }, (_, pack) => {
    const records = Array.from({ length: recordsPerPack }, (_, index) => {
      const recordId = `${stream.uid}${String(pack * recordsPerPack + index).padStart(26, "0")}`;
      return { recordId, arrivalMs: 1_767_225_600_000, bytes: events.next() };
    });
    return buildEvent(eventHead(stream), records).bytes;
  });
  if (runtime === "python") {
    const path = join(folder, "events");
    await writeFile(path, Buffer.concat(packs.flatMap((pack) => [pack, Buffer.from("\n")])));
    const program = join(import.meta.dirname, "bare_function.py");
    const { stdout } = await promisify(execFile)("python3", [program, join(HANDLERS, "python"), path, seconds]);
    return stdout.trim();
  }
  const { handler } = await import(join(HANDLERS, "node", "index.mjs"));
  const parsed = packs.map((pack) => JSON.parse(pack.toString()));
  const run = async (secondsMax: number): Promise<Usage> => {
    const startedAt = performance.now();
    const usedBefore = process.cpuUsage();
    let records = 0;
    for (let index = 0; performance.now() - startedAt < secondsMax * 1000; index++) {
      records += (await handler(parsed[index % PACKS])).records.length;
    }
    const functionCoreSeconds = coreSeconds(process.cpuUsage(usedBefore));
    return { records, seconds: (performance.now() - startedAt) / 1000, functionCoreSeconds, ownCoreSeconds: 0 };
  };
  await run(WARM_UP_SECONDS);
  return tell(await run(Number(seconds)));
}

/** As stage one does it: the batches of one read together, and those of the next before the first are answered. */
async function through(): Promise<string> {
  await cp(join(HANDLERS, runtime), join(folder, "bench"), { recursive: true });
  const batches = Array.from({ length: Math.ceil((PACKS * recordsPerPack) / RECORDS_PER_BATCH) }, (_, index): Batch => {
    const records = Array.from({ length: RECORDS_PER_BATCH }, () => events.next());
    return {
      ...packRecords(records),
      partition: 0,
      firstOffset: index * RECORDS_PER_BATCH,
      arrivalMs: 1_767_225_600_000,
    };
  });
  const batchesPerRead = Math.ceil(batches.length / (PACKS / PACKS_PER_READ));
  const reads = Array.from({ length: PACKS / PACKS_PER_READ }, (_, read) =>
    batches.slice(read * batchesPerRead, (read + 1) * batchesPerRead),
  );
  const processIds: number[] = [];
  const world = { clock: systemClock, random: systemRandom };
  const telemetry = {
    emit: (name: string, fields: object) => {
      if (name === "function.processStarted") processIds.push((fields as { processId: number }).processId);
    },
  };
  const place = { directory: folder, targets: {}, region: "us-east-1", accountId: "000000000000" };
  const functions = new FunctionHost({ ...world, ...place, telemetry, environment: () => ({}) });
  const processor = lambdaProcessor.create({ function: "bench" }, processorDependencies({ ...world, functions }));
  await runThrough(processor, reads, processIds, WARM_UP_SECONDS);
  const usage = await runThrough(processor, reads, processIds, Number(seconds));
  await functions.close();
  return tell(usage);
}

async function runThrough(
  processor: Processor,
  reads: readonly (readonly Batch[])[],
  processIds: readonly number[],
  secondsMax: number,
): Promise<Usage> {
  const { signal } = new AbortController();
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  const usedByFunction = () => processIds.flatMap((id) => [...secondsByThread(id).values()]).reduce((a, b) => a + b, 0);
  const usedByFunctionBefore = usedByFunction();
  const ask = (index: number) =>
    Promise.all(
      (reads[index % reads.length] ?? []).map((source) =>
        processor.process({ source, outcomes: keptOf(source) }, signal),
      ),
    );
  let records = 0;
  let ahead = ask(0);
  for (let index = 1; performance.now() - startedAt < secondsMax * 1000; index++) {
    const taken = ahead;
    ahead = ask(index);
    for (const { outcomes } of await taken) {
      if (!outcomes.every(({ result }) => result === "kept")) throw new Error("rejected");
      records += outcomes.length;
    }
  }
  await ahead;
  return {
    records,
    seconds: (performance.now() - startedAt) / 1000,
    ownCoreSeconds: coreSeconds(process.cpuUsage(usedBefore)),
    functionCoreSeconds: usedByFunction() - usedByFunctionBefore,
  };
}

function keptOf(batch: Batch) {
  return Array.from(batch.ends, (_, index) => ({ result: "kept" as const, index, bytes: recordAt(batch, index) }));
}

function coreSeconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

import { join } from "node:path";
import { readLocation } from "../../catalog/location.ts";
import { ObjectStoreDestination } from "../../destinations/object-store/object-store-destination.ts";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { JobComponents, JobResult, JobRun } from "../job-kind.ts";
import { ExportError } from "./export-error.ts";
import type { ExportOptions } from "./export-options.ts";
import { cursorKey, type ExportPlan, type PlannedTable } from "./export-state.ts";
import { hasOptions, isPlanOf, makePlan, objectionTo, type PlanRequest } from "./make-plan.ts";
import { PlanProgress } from "./plan-progress.ts";
import { type SourceAddress, SourceSession } from "./postgresql/session.ts";
import { checkTable, isRunOf, publishTable } from "./publish-table.ts";
import { readPlan } from "./read-plan.ts";
import { type Environment, sourceAddress } from "./source-address.ts";

/**
 * Tables of a relational database into the lake.
 *
 * Plan.     One snapshot of the source tells tables, columns, how far cursors go, and where chunks end. All names are
 *           made. The plan is durable before anything is written.
 * Read.     Sessions that share the snapshot read chunk after chunk (export-chunk.ts): a file here, the source's own count,
 *           a conditional PUT into a folder that is this run's alone and that no table of the catalog points to.
 * Publish.  When all objects are there, the catalog points to them, table after table (publish-table.ts). Then the cursors
 *           move and the plan is forgotten, in one write.
 *
 * A run that breaks is gone on with by the next one: chunks that are done stay as they are, the others are read from a
 * snapshot of their own. A plan that is not carried out any more leaves nothing behind that anybody has seen: its objects
 * are removed. One whose objects are all there is published first, whatever the options say now; if an earlier attempt at
 * this run made it, there is nothing more to do.
 */
export async function runExport(
  components: JobComponents,
  environment: Environment,
  options: ExportOptions,
  run: JobRun,
): Promise<JobResult> {
  const directory = join(components.temporaryDirectory, run.runId);
  await components.disk.makeDirectory(directory);
  try {
    return await new ExportRun(components, environment, options, run, directory).go();
  } finally {
    await components.disk.removeDirectory(directory);
  }
}

class ExportRun {
  readonly #components: JobComponents;
  readonly #environment: Environment;
  readonly #options: ExportOptions;
  readonly #run: JobRun;
  readonly #directory: string;

  constructor(
    components: JobComponents,
    environment: Environment,
    options: ExportOptions,
    run: JobRun,
    directory: string,
  ) {
    this.#components = components;
    this.#environment = environment;
    this.#options = options;
    this.#run = run;
    this.#directory = directory;
  }

  async go(): Promise<JobResult> {
    const progress = await PlanProgress.open(this.#run);
    if (progress.plan !== undefined && progress.isComplete()) {
      this.#run.log("All objects of an earlier attempt are there: they are published");
      const { plan } = progress;
      const request = this.#request(progress);
      await this.#publish(progress, hasOptions(plan, request) ? plan : this.#publishable(plan));
      if (isPlanOf(plan, request)) return { counters: progress.counters() };
    }
    const address = await sourceAddress(this.#options.source, this.#components.disk, this.#environment);
    const { signal } = this.#run;
    const lead = await SourceSession.open(address, { signal });
    try {
      const plan = await this.#plan(lead, progress);
      await this.#read(lead, address, plan, progress);
      await this.#publish(progress, plan);
      return { counters: progress.counters() };
    } finally {
      await lead.close();
    }
  }

  async #plan(lead: SourceSession, progress: PlanProgress): Promise<ExportPlan> {
    const request = this.#request(progress);
    if (progress.plan !== undefined) {
      const objection = await objectionTo(progress.plan, lead, request);
      if (objection === undefined) {
        this.#check(progress.plan);
        this.#run.log(`Going on with run ${progress.plan.run}: ${progress.summary()}`);
        return progress.plan;
      }
      this.#run.log(`Run ${progress.plan.run} is not gone on with, because ${objection}: its objects are removed`);
      for (const { folder } of progress.plan.tables) await this.#remove(progress.plan.output.bucket, folder);
    }
    const plan = await makePlan(lead, request);
    this.#check(plan);
    await progress.begin(plan);
    this.#run.log(`Run ${plan.run}: ${progress.summary()}`);
    return plan;
  }

  #request({ cursors }: PlanProgress): PlanRequest {
    const { startedAt, occasion } = this.#run;
    const { random } = this.#components;
    return { options: this.#options, cursors, startedAt, occasion: occasion?.at ?? startedAt, random };
  }

  #check(plan: ExportPlan): void {
    for (const table of plan.tables) checkTable(this.#publication(plan), table);
  }

  /** Options may have been changed because a table of the plan belongs to somebody else: the others are not held up by it. */
  #publishable(plan: ExportPlan): ExportPlan {
    const tables = plan.tables.filter((table) => {
      try {
        checkTable(this.#publication(plan), table);
        return true;
      } catch (error) {
        if (!(error instanceof ExportError)) throw error;
        this.#run.log(`Objects below ${table.folder} stay unpublished: ${error.message}`);
        return false;
      }
    });
    return { ...plan, tables };
  }

  async #read(lead: SourceSession, address: SourceAddress, plan: ExportPlan, progress: PlanProgress): Promise<void> {
    const { storeFor, telemetry, clock, random, disk } = this.#components;
    const { bucket } = plan.output;
    const store = storeFor(bucket);
    await store.ensureBucket(bucket);
    const destination = new ObjectStoreDestination({ bucket }, { storeFor, telemetry, clock, random });
    await readPlan(lead, address, {
      plan,
      progress,
      connections: this.#options.connections,
      world: { output: plan.output, store, destination, directory: this.#directory, disk, clock, random },
      run: this.#run,
    });
  }

  async #publish(progress: PlanProgress, plan: ExportPlan): Promise<void> {
    // Again: hours may have passed since the plan was made.
    this.#check(plan);
    const replaced: { readonly table: PlannedTable; readonly location: string }[] = [];
    for (const table of plan.tables) {
      const location = await publishTable(this.#publication(plan), table);
      if (location !== undefined) replaced.push({ table, location });
      this.#run.log(`${table.schema}.${table.name} is ${plan.output.database}.${table.catalogName}`);
    }
    await progress.end(cursorsOf(plan));
    if (plan.output.replaced === "keep") return;
    for (const { table, location } of replaced) {
      const place = isRunOf(location, table, plan) ? readLocation(location) : undefined;
      if (place !== undefined) await this.#remove(place.bucket, place.prefix);
    }
  }

  #publication(plan: ExportPlan) {
    return { catalog: this.#components.catalog, plan, jobName: this.#run.jobName };
  }

  /** Objects that nobody counts on any more. What cannot be removed is told of, and costs nothing but room. */
  async #remove(bucket: string, prefix: string): Promise<void> {
    const store = this.#components.storeFor(bucket);
    try {
      const keys: string[] = [];
      for await (const { key } of store.list(bucket, { prefix })) keys.push(key);
      for (const key of keys) await store.delete(bucket, key);
    } catch (error) {
      if (!(error instanceof LakehoseError)) throw error;
      this.#run.log(`Objects below s3://${bucket}/${prefix} could not be removed: ${reasonOf(error)}`);
    }
  }
}

function cursorsOf({ tables }: ExportPlan): Record<string, { column: string; upTo: string }> {
  return Object.fromEntries(
    tables.flatMap((table) => {
      const { column, upTo } = table.cursor ?? {};
      return column === undefined || upTo === undefined ? [] : [[cursorKey(table), { column, upTo }]];
    }),
  );
}

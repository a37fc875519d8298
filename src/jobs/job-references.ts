import type { JobDefinition } from "./job-definition.ts";
import { JobError } from "./job-error.ts";
import { triggerTypeOf } from "./triggers/registry.ts";

/** Jobs that a job waits for, by its triggers. */
export function upstreamOf({ triggers }: JobDefinition): ReadonlySet<string> {
  return new Set(triggers.flatMap((trigger) => triggerTypeOf(trigger).upstream?.(trigger) ?? []));
}

/** Those that others wait for first; otherwise as they stand. Where some wait for each other, they come last. */
export function upstreamFirst(definitions: readonly JobDefinition[]): readonly JobDefinition[] {
  const ordered: JobDefinition[] = [];
  let left = definitions;
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const ready = left.filter((definition) => ![...upstreamOf(definition)].some((one) => names.has(one)));
    if (ready.length === 0) return [...ordered, ...left];
    ordered.push(...ready);
    left = left.filter((definition) => !ready.includes(definition));
  }
  return ordered;
}

/** Refuses what would wait for a job that is not there, and what would wait for itself in the end. */
export function checkReferences(definition: JobDefinition, others: readonly JobDefinition[]): void {
  const { name } = definition;
  const jobs = new Map(others.map((one) => [one.name, one]));
  jobs.set(name, definition);
  for (const upstream of upstreamOf(definition)) {
    if (!jobs.has(upstream)) {
      throw new JobError("invalid", `Job ${name} waits for the job ${upstream}, which does not exist: define it first`);
    }
  }
  const cycle = pathTo(name, [name], jobs, new Set());
  if (cycle === undefined) return;
  const way = cycle.join(" after ");
  throw new JobError("invalid", `Job ${name} would wait for itself: ${way}. Take one of these triggers away`);
}

/** The jobs that wait for this one. */
export function dependentsOf(name: string, others: readonly JobDefinition[]): readonly string[] {
  return others.filter((one) => one.name !== name && upstreamOf(one).has(name)).map((one) => one.name);
}

/** From the last of `path` upstream to `target`, if there is a way. Each job is gone through once. */
function pathTo(
  target: string,
  path: readonly string[],
  jobs: ReadonlyMap<string, JobDefinition>,
  seen: Set<string>,
): readonly string[] | undefined {
  const job = jobs.get(path.at(-1) ?? "");
  if (job === undefined || seen.has(job.name)) return undefined;
  seen.add(job.name);
  for (const upstream of upstreamOf(job)) {
    if (upstream === target) return [...path, upstream];
    const further = pathTo(target, [...path, upstream], jobs, seen);
    if (further !== undefined) return further;
  }
  return undefined;
}

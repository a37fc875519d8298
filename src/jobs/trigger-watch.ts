import type { JsonValue } from "../std/json.ts";
import type { JobDefinition } from "./job-definition.ts";
import type { RunRequest } from "./run-making.ts";
import type { StoredJob } from "./stored-job.ts";
import { type AfterFiles, countFiles, type FilesSeen, type LandedFile } from "./triggers/after-files.ts";
import { type Trigger, triggerKey, triggerTypeOf } from "./triggers/registry.ts";
import type { TriggerFacts } from "./triggers/trigger-type.ts";

/** What the triggers of a job make of the facts. All pure: whoever calls writes what comes out. */

type Memory = StoredJob["memory"];

/** A definition that is new or changed: triggers that were there before keep what they remember, if they counted. */
export function memoryOf(definition: JobDefinition, before: StoredJob | undefined, facts: TriggerFacts): Memory {
  const known: Memory = before?.definition.enabled === true ? before.memory : {};
  const entries = definition.triggers.map((trigger): [string, JsonValue] => {
    const key = triggerKey(trigger);
    return [key, known[key] ?? triggerTypeOf(trigger).baseline(trigger, facts)];
  });
  return Object.fromEntries(entries);
}

/** A run begins: triggers that tell what has been "since the last run" begin anew. */
export function startedOver({ definition, memory }: StoredJob, facts: TriggerFacts): Memory {
  const entries = definition.triggers
    .filter((trigger) => triggerTypeOf(trigger).startsOver === true)
    .map((trigger): [string, JsonValue] => [triggerKey(trigger), triggerTypeOf(trigger).baseline(trigger, facts)]);
  return { ...memory, ...Object.fromEntries(entries) };
}

export interface Look {
  readonly memory: Memory;
  /** One for each trigger that is due. */
  readonly requests: readonly RunRequest[];
}

/** `undefined` while nothing has changed. */
export function look({ definition, memory }: StoredJob, facts: TriggerFacts): Look | undefined {
  if (!definition.enabled) return undefined;
  const requests: RunRequest[] = [];
  const changes: Record<string, JsonValue> = {};
  for (const trigger of definition.triggers) {
    const key = triggerKey(trigger);
    const type = triggerTypeOf(trigger);
    const step = type.step(trigger, memory[key] ?? type.baseline(trigger, facts), facts);
    if (step === undefined) continue;
    changes[key] = step.memory;
    if (step.occasion !== undefined) requests.push({ cause: causeOf(trigger), occasion: step.occasion });
  }
  return Object.keys(changes).length === 0 ? undefined : { memory: { ...memory, ...changes }, requests };
}

/** The memory once these files are counted; the same object when they are nothing new. */
export function counted({ definition, memory }: StoredJob, files: readonly LandedFile[]): Memory {
  if (!definition.enabled) return memory;
  let changed = memory;
  for (const trigger of definition.triggers.filter(isAfterFiles)) {
    const key = triggerKey(trigger);
    const before = (changed[key] ?? { count: 0, recent: [] }) as unknown as FilesSeen;
    const after = countFiles(trigger, before, files);
    if (after !== before) changed = { ...changed, [key]: after as unknown as JsonValue };
  }
  return changed;
}

function isAfterFiles(trigger: Trigger): trigger is AfterFiles {
  return trigger.type === "after-files";
}

/** A trigger may name hundreds of jobs. */
const CAUSE_CHARACTERS_MAX = 300;

/** What a run says of its origin: `schedule cron(30 6 * * ? *) Europe/London`. */
function causeOf({ type, ...rest }: Trigger): string {
  const words = Object.values(rest).flatMap((value) => (Array.isArray(value) ? value : [String(value)]));
  return [type, ...words].join(" ").slice(0, CAUSE_CHARACTERS_MAX);
}

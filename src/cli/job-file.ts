import { z } from "zod";
import { type JobDefinition, jobSettingsSchema } from "../jobs/job-definition.ts";
import { jobName } from "../jobs/job-name.ts";
import { upstreamFirst } from "../jobs/job-references.ts";
import { reasonOf } from "../model/errors.ts";
import type { JsonValue } from "../std/json.ts";
import { yaml } from "../std/yaml.ts";
import { CliError } from "./cli-error.ts";

/** A job of a file: what the server is told, which fills in the defaults. */
export interface JobOfFile {
  readonly name: string;
  readonly settings: JsonValue;
}

const jobsSchema = z.record(jobName, jobSettingsSchema);

/**
 * The jobs of a file in YAML or JSON, by name: a configuration with its section `jobs`, of which nothing else is read, or that
 * section alone. Those that others wait for come first, so that the server takes them in this order.
 */
export function jobsOfFile(text: string, file: string): readonly JobOfFile[] {
  const section = sectionOf(text, file);
  const parsed = jobsSchema.safeParse(section);
  if (!parsed.success) throw new CliError(`${file}: ${z.prettifyError(parsed.error)}`);
  const definitions: JobDefinition[] = Object.entries(parsed.data).map(([name, settings]) => ({ name, ...settings }));
  if (definitions.length === 0) throw new CliError(`${file}: expected jobs by name, got none`);
  return upstreamFirst(definitions).map(({ name }) => ({ name, settings: section[name] ?? null }));
}

function sectionOf(text: string, file: string): Readonly<Record<string, JsonValue>> {
  const content = contentOf(text, file);
  const section = isRecord(content) ? (content.jobs ?? content) : content;
  if (isRecord(section)) return section;
  throw new CliError(`${file}: expected jobs by name, or a configuration with jobs: in it`);
}

function contentOf(text: string, file: string): unknown {
  try {
    return yaml().parse(text, { merge: true });
  } catch (error) {
    throw new CliError(`${file}: ${reasonOf(error)}`, { cause: error });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { z } from "zod";
import { jobSettingsSchema } from "../../../src/jobs/job-definition.ts";
import { jobKinds } from "../../../src/jobs/registry.ts";
import { triggerSchemas, triggerTypes } from "../../../src/jobs/triggers/registry.ts";
import { yaml } from "../../../src/std/yaml.ts";
import { code, page, table } from "../markdown.ts";
import { SCHEMA_HEADINGS, schemaRows } from "../schema-rows.ts";

export function jobsPage(): string {
  const intro = [
    "What a job can be made of in this version. The members of a job are the same under `jobs.NAME` in the configuration and in",
    "`PUT /api/jobs/NAME`. How jobs run: [the guide](../guides/jobs.md).",
  ].join("\n");
  const triggers = triggerTypes.map(({ type, summary }, index) => ({ type, summary, schema: triggerSchemas[index] }));
  return page("Jobs", intro, [
    "## Members of a job",
    optionsTable(jobSettingsSchema),
    "## Kinds",
    ...jobKinds.flatMap(({ name, description, options }) => [
      `### ${name}`,
      description,
      optionsTable(options),
      "Example:",
      example(name, options),
    ]),
    "## Triggers",
    ...triggers.flatMap(({ type, summary, schema }) => [
      `### ${type}`,
      summary,
      ...(schema === undefined ? [] : [optionsTable(schema)]),
    ]),
    `Runs end as ${["succeeded", "failed", "cancelled", "timed-out"].map(code).join(", ")}.`,
  ]);
}

function optionsTable(schema: z.ZodType): string {
  return table(SCHEMA_HEADINGS, schemaRows(schema));
}

/** The kind's own example, or the options that have no default with theirs. */
function example(kind: string, schema: z.ZodType): string {
  const [own] = (z.globalRegistry.get(schema)?.examples ?? []) as readonly object[];
  const options = own ?? requiredOptions(schema);
  return `\`\`\`yaml\n${yaml().stringify({ jobs: { [`my-${kind}-job`]: { kind, options } } }, { lineWidth: 0 })}\`\`\``;
}

function requiredOptions(schema: z.ZodType): object {
  const rows = schemaRows(schema).filter(([name = "", , fallback]) => fallback === "required" && !/[.[]/.test(name));
  return Object.fromEntries(rows.map(([name = "", , , , value = ""]) => [name.slice(1, -1), value.slice(1, -1)]));
}

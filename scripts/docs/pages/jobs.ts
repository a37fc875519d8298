import type { z } from "zod";
import { jobSettingsSchema } from "../../../src/jobs/job-definition.ts";
import { jobKinds } from "../../../src/jobs/registry.ts";
import { triggerSchemas, triggerTypes } from "../../../src/jobs/triggers/registry.ts";
import { code, page, yamlBlock } from "../markdown.ts";
import { exampleOptions, optionsTable } from "../schema-rows.ts";

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

function example(kind: string, schema: z.ZodType): string {
  return yamlBlock({ jobs: { [`my-${kind}-job`]: { kind, options: exampleOptions(schema) } } });
}

import { sourceKinds } from "../../../src/sources/registry.ts";
import { sourceSettingsSchema } from "../../../src/sources/source-definition.ts";
import { page, table, yamlBlock } from "../markdown.ts";
import { exampleOptions, optionsTable } from "../schema-rows.ts";

export function sourcesPage(): string {
  const intro = [
    "What streams can be fed from, beside what producers put there. The members of a source stand under `sources.NAME` in the",
    "configuration. How sources behave, and what they do when their upstream is gone: [the guide](../guides/sources.md).",
  ].join("\n");
  return page("Sources", intro, [
    "## Members of a source",
    optionsTable(sourceSettingsSchema),
    "## Kinds",
    table(
      ["kind", "what a crash or a lost connection costs"],
      sourceKinds.map(({ name, guarantee }) => [`[${name}](#${name})`, guarantee]),
    ),
    ...sourceKinds.flatMap(({ name, description, options }) => [
      `### ${name}`,
      description,
      optionsTable(options),
      "Example:",
      yamlBlock({ sources: { [`my-${name}`]: { kind: name, stream: "clicks", options: exampleOptions(options) } } }),
    ]),
  ]);
}

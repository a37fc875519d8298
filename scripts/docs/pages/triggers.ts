import { triggerKinds } from "../../../src/triggers/registry.ts";
import { triggerSettingsSchema } from "../../../src/triggers/trigger-definition.ts";
import { page, yamlBlock } from "../markdown.ts";
import { exampleOptions, optionsTable } from "../schema-rows.ts";

export function triggersPage(): string {
  const intro = [
    "What calls functions, HTTP addresses, queues and topics by itself. The members of a trigger stand under `triggers.NAME` in",
    "the configuration. How triggers behave: [the guide](../guides/triggers.md).",
  ].join("\n");
  return page("Triggers", intro, [
    "## Members of a trigger",
    optionsTable(triggerSettingsSchema),
    "## Kinds",
    ...triggerKinds.flatMap(({ name, description, options, events }) => [
      `### ${name}`,
      `${description} Events in one call, unless \`batchSize\` says otherwise: ${events.batchSize}.`,
      optionsTable(options),
      "Example:",
      yamlBlock({
        triggers: { [`my-${name}`]: { kind: name, to: { function: "my-function" }, options: exampleOptions(options) } },
      }),
    ]),
  ]);
}

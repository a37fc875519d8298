import { functionSettingsSchema } from "../../../src/functions/function-settings.ts";
import { page, table } from "../markdown.ts";
import { SCHEMA_HEADINGS, schemaRows } from "../schema-rows.ts";

export function functionsPage(): string {
  const intro = [
    "`function.yaml` beside the code of a local function. The same members may stand in the configuration under",
    "`functions.NAME`, which goes before the file. How functions run: [the guide](../guides/functions.md).",
  ].join("\n");
  return page("function.yaml", intro, [table(SCHEMA_HEADINGS, schemaRows(functionSettingsSchema))]);
}

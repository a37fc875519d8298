import type { z } from "zod";
import { destinationTypes } from "../../../src/destinations/registry.ts";
import { compressions } from "../../../src/formats/compression/registry.ts";
import { formats } from "../../../src/formats/registry.ts";
import { processors } from "../../../src/processors/registry.ts";
import { code, page, table } from "../markdown.ts";
import { SCHEMA_HEADINGS, schemaRows } from "../schema-rows.ts";

interface Component {
  readonly type: string;
  readonly summary: string;
  readonly optionsSchema: z.ZodType;
}

export function componentsPage(): string {
  const intro = "What the registries hold: everything that a delivery can be made of in this version.";
  return page("Components", intro, [
    "## Processors",
    ...processors.flatMap((one) => [
      ...componentSection(one),
      one.pure
        ? "Pure: the same record gives the same outcome for ever, so outcomes need no staging."
        : "Not pure: outcomes are made durable before anything outside depends on them.",
    ]),
    "## Formats",
    ...formats.flatMap(componentSection),
    "## Compressions",
    table(
      ["name", "extension", "Content-Encoding"],
      Object.values(compressions).map(({ type, extension, contentEncoding = "" }) => [
        code(type),
        code(extension),
        code(contentEncoding),
      ]),
    ),
    "## Destinations",
    ...destinationTypes.flatMap(componentSection),
  ]);
}

function componentSection({ type, summary, optionsSchema }: Component): readonly string[] {
  const rows = schemaRows(optionsSchema);
  return [`### ${type}`, summary, rows.length === 0 ? "It has no options." : table(SCHEMA_HEADINGS, rows)];
}

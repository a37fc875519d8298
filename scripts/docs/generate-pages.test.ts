import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { configurationSchema } from "../../src/server/configuration/configuration-schema.ts";
import { streamSettingsSchema } from "../../src/streams/settings.ts";
import { generatePages } from "./generate-pages.ts";
import { schemaRows } from "./schema-rows.ts";

test("schemaRows shows nested values by path, with kind, default and example", () => {
  const schema = z.strictObject({
    port: z
      .int()
      .min(0)
      .max(9)
      .default(4)
      .meta({ description: "Where.", examples: [5] }),
    keys: z.array(z.strictObject({ id: z.string().meta({ description: "Who." }) })).meta({ description: "Keys." }),
    mode: z.enum(["a", "b"]).optional().meta({ description: "How." }),
  });
  assert.deepEqual(schemaRows(schema), [
    ["`port`", "whole number, 0 to 9", "`4`", "Where.", "`5`"],
    ["`keys`", "list of section", "required", "Keys.", ""],
    ["`keys[].id`", "text", "required", "Who.", ""],
    ["`mode`", "`a`, `b`", "", "How.", ""],
  ]);
});

test("every setting that a page shows says what it does", () => {
  for (const schema of [configurationSchema, streamSettingsSchema]) {
    for (const [name, , , description] of schemaRows(schema))
      assert.notEqual(description, "", `${name} is undescribed`);
  }
});

test("generatePages gives the same pages each time", async () => {
  assert.deepEqual(await generatePages(), await generatePages());
});

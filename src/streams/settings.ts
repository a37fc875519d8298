import { z } from "zod";
import type { JsonObject } from "../std/json.ts";
import { StreamError } from "./stream-error.ts";

/**
 * What AWS has no word for. The same settings come as tags (`lakehose:roll-at`), as the `lakehose:` section of a stream in
 * YAML (`roll-at:`), or through `PUT /api/streams/NAME/extensions`; tags win. One schema serves all three, the reference
 * page, and the console's form.
 */
export const streamSettingsSchema = z.strictObject({
  "roll-size": bytes("Roll an object at this size; goes beyond AWS's 128 MB, up to 5 GB.", "512MB").optional(),
});

export type StreamSettings = z.infer<typeof streamSettingsSchema>;

export const SETTING_TAG_PREFIX = "lakehose:";

/** Settings in force: extensions, overlaid by tags. Throws `StreamError` `invalid` that names the setting. */
export function settingsOf(extensions: JsonObject, tags: Readonly<Record<string, string>>): StreamSettings {
  const raw: Record<string, unknown> = { ...extensions };
  for (const [key, value] of Object.entries(tags)) {
    if (key.startsWith(SETTING_TAG_PREFIX)) raw[key.slice(SETTING_TAG_PREFIX.length)] = value;
  }
  const parsed = streamSettingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new StreamError("invalid", `Setting ${SETTING_TAG_PREFIX}${z.prettifyError(parsed.error)}`);
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

function bytes(description: string, example: string) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?\s?(B|KB|MB|GB|KiB|MiB|GiB)$/, `a size such as ${example}`)
    .transform((text) => {
      const [, number = "0", unit = "B"] = /^([\d.]+)\s?(\w+)$/.exec(text) ?? [];
      return Math.round(Number(number) * (BYTE_UNITS[unit] ?? 1));
    })
    .meta({ description, examples: [example] });
}

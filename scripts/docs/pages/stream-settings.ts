import { streamSettingsSchema } from "../../../src/streams/settings.ts";
import { page, table } from "../markdown.ts";
import { SCHEMA_HEADINGS, schemaRows } from "../schema-rows.ts";

export function streamSettingsPage(): string {
  const intro = [
    "What AWS has no word for. Each setting can come in three ways: as a tag of the stream (`lakehose:roll-at`), in the",
    "`lakehose:` section of a stream in the configuration file, or with `PUT /api/streams/NAME/extensions`. Tags win. A change",
    "takes effect on the live stream and raises its version.",
  ].join("\n");
  return page("Stream settings", intro, [table(SCHEMA_HEADINGS, schemaRows(streamSettingsSchema))]);
}

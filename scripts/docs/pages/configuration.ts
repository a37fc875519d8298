import { configurationSchema } from "../../../src/server/configuration/configuration-schema.ts";
import { page, table } from "../markdown.ts";
import { SCHEMA_HEADINGS, schemaRows } from "../schema-rows.ts";

export function configurationPage(): string {
  const intro = [
    "YAML, named by `--config` or `LAKEHOSE_CONFIG`. Everything has a default; an empty file is a working configuration.",
    "Flags go before environment variables (`LAKEHOSE_DATA`, `LAKEHOSE_HOST`, `LAKEHOSE_PORT`), those before the file.",
    "Sizes are numbers of bytes or texts such as `64MiB`. File names inside the file are relative to its folder.",
  ].join("\n");
  return page("Configuration", intro, [table(SCHEMA_HEADINGS, schemaRows(configurationSchema))]);
}

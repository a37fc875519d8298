import { LakehoseError } from "../model/errors.ts";
import { avroFormat } from "./avro/avro-format.ts";
import { csvFormat } from "./csv/csv-format.ts";
import type { Format } from "./format.ts";
import { identifiedRecordsFormat } from "./identified-records/identified-records-format.ts";
import { jsonLinesFormat } from "./json-lines/json-lines-format.ts";
import { orcFormat } from "./orc/orc-format.ts";
import { parquetFormat } from "./parquet/parquet-format.ts";
import { rawFormat } from "./raw/raw-format.ts";
import { sequenceFileFormat } from "./sequence-file/sequence-file-format.ts";

/** Every format that streams may choose, in the order of the alphabet. */
export const formats: readonly Format[] = [
  avroFormat,
  csvFormat,
  jsonLinesFormat,
  orcFormat,
  parquetFormat,
  rawFormat,
  sequenceFileFormat,
];

/** The format of that name; throws when there is none. */
export function formatOf(type: string): Format {
  const found = [...formats, identifiedRecordsFormat].find((format) => format.type === type);
  if (found !== undefined) return found;
  const known = formats.map((format) => format.type).join(", ");
  throw new LakehoseError("unknown-format", `Expected a format of ${known}; got ${type}`);
}

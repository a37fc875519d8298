import type { JsonValue } from "../../../std/json.ts";
import { type Conversion, type JsonFormat, jsonLine, textOf } from "./conversion.ts";

/** `ADDMETADATA`: the record as text under `data`, beside fixed members under `metadata`. */
export function addMetadata(metadata: JsonValue, jsonFormat: JsonFormat): Conversion {
  return (record) => jsonLine({ metadata, data: textOf(record) }, jsonFormat);
}

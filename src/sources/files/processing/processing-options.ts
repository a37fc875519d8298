import { z } from "zod";
import { LakehoseError } from "../../../model/errors.ts";
import { addMetadata } from "./add-metadata.ts";
import type { Conversion } from "./conversion.ts";
import { csvToJson } from "./csv-to-json.ts";
import { LOG_FORMATS, logToJson } from "./log-to-json.ts";
import { singleLine } from "./single-line.ts";

/** `dataProcessingOptions` as the Kinesis Agent's configuration has them. Names of options are read in any case. */
export const processingOptionSchema = z.looseObject({
  optionName: z.string().min(1),
  customFieldNames: z.array(z.string()).min(1).optional(),
  delimiter: z.string().min(1).default(","),
  logFormat: z.preprocess(
    (value) => (typeof value === "string" ? value.toUpperCase() : value),
    z.enum(LOG_FORMATS).optional(),
  ),
  matchPattern: z.string().min(1).optional(),
  jsonFormat: z.enum(["COMPACT", "PRETTYPRINT"]).default("COMPACT"),
  metadata: z.json().optional(),
});

export type ProcessingOption = z.output<typeof processingOptionSchema>;

/** One conversion that does all of them in order, or `undefined` for none: then records are bytes of the file. */
export function conversionOf(options: readonly ProcessingOption[]): Conversion | undefined {
  const steps = options.map(stepOf);
  if (steps.length === 0) return undefined;
  return (record) => {
    let bytes: Buffer | undefined = record;
    for (const step of steps) if (bytes !== undefined) bytes = step(bytes);
    return bytes;
  };
}

function stepOf(option: ProcessingOption): Conversion {
  const { customFieldNames: fieldNames, delimiter, logFormat, matchPattern, jsonFormat } = option;
  switch (option.optionName.toUpperCase()) {
    case "SINGLELINE":
      return singleLine;
    case "CSVTOJSON":
      if (fieldNames === undefined)
        throw refused("CSVTOJSON needs customFieldNames, the names of the columns in order");
      return csvToJson({ fieldNames, delimiter, jsonFormat });
    case "LOGTOJSON":
      if (logFormat === undefined) throw refused(`LOGTOJSON needs a logFormat, one of ${LOG_FORMATS.join(", ")}`);
      if (matchPattern !== undefined && fieldNames === undefined)
        throw refused("LOGTOJSON with a matchPattern needs customFieldNames, a name for each of its groups");
      return logToJson({ logFormat, matchPattern, fieldNames, jsonFormat });
    case "ADDMETADATA":
      return addMetadata(option.metadata ?? null, jsonFormat);
    case "ADDBRACKETS":
      return (record) => Buffer.concat([Buffer.from("{"), record, Buffer.from("}")]);
    default: {
      const known = "SINGLELINE, CSVTOJSON, LOGTOJSON, ADDMETADATA, ADDBRACKETS";
      throw refused(
        `there is no option "${option.optionName}" here; known are ${known}. A function of the stream can do the rest`,
      );
    }
  }
}

function refused(reason: string): LakehoseError {
  return new LakehoseError("agent-configuration", `dataProcessingOptions: ${reason}.`);
}

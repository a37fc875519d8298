import type { Format } from "../../src/formats/format.ts";
import { identifiedRecordsFormat } from "../../src/formats/identified-records/identified-records-format.ts";
import { learningFormat } from "../fakes/learning-format.ts";
import { pickyFormat } from "../fakes/picky-format.ts";
import { PICKY_TYPE } from "./scenario.ts";
import { isRefused } from "./sorter.ts";
import { synchronousFormat } from "./synchronous-format.ts";

const pickyFormatOfWorld = pickyFormat(
  (record) => isRefused(record.toString("latin1", 0, 20)),
  learningFormat(synchronousFormat, 1),
);

export function formatOfWorld(type: string): Format {
  if (type === PICKY_TYPE) return pickyFormatOfWorld;
  return type === identifiedRecordsFormat.type ? identifiedRecordsFormat : synchronousFormat;
}

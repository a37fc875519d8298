import type { Format } from "./format.ts";
import { rawFormat } from "./raw/raw-format.ts";

/** Every format, in the order of the alphabet. */
export const formats: readonly Format[] = [rawFormat];

/** The format of that name, if there is one. */
export function formatOf(type: string): Format | undefined {
  return formats.find((format) => format.type === type);
}

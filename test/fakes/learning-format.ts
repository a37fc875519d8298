import type { Format } from "../../src/formats/format.ts";
import { rawFormat } from "../../src/formats/raw/raw-format.ts";
import { recordAt, recordCount } from "../../src/model/records.ts";

/** The raw format, but it has to know a letter of every record beforehand: `schema` is `infer`, then those it knows. */
export function learningFormat(inner: Format = rawFormat, at = 0): Format {
  return {
    ...inner,
    type: "learning",
    learn: (options, records) => {
      const known = options.schema === "infer" ? "" : String(options.schema);
      let letters = known;
      for (let index = 0; index < recordCount(records); index++) {
        const letter = recordAt(records, index).toString("latin1", at, at + 1);
        if (!letters.includes(letter)) letters += letter;
      }
      return letters === known ? undefined : { ...options, schema: letters };
    },
    open: (options) => {
      const encoder = inner.open(options);
      const add = encoder.add.bind(encoder);
      encoder.add = (records, arrivalMs) => {
        for (let index = 0; index < recordCount(records); index++) {
          const letter = recordAt(records, index).toString("latin1", at, at + 1);
          const known = String(options.options.schema);
          if (known === "infer" || !known.includes(letter)) throw new Error(`${letter} is not in the schema ${known}`);
        }
        add(records, arrivalMs);
      };
      return encoder;
    },
  };
}

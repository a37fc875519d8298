import type { EncodeReject, EncoderOptions, Format } from "../../src/formats/format.ts";
import { rawFormat } from "../../src/formats/raw/raw-format.ts";
import { packRecords, recordAt, recordCount } from "../../src/model/records.ts";

/** The raw format, but it refuses some records. */
export function pickyFormat(refuses: (record: Buffer) => boolean, inner: Format = rawFormat): Format {
  return { ...inner, type: "picky", rejects: true, open: (options) => openPicky(options, inner, refuses) };
}

function openPicky(options: EncoderOptions, inner: Format, refuses: (record: Buffer) => boolean) {
  const encoder = inner.open(options);
  const rejects: EncodeReject[] = [];
  let added = 0;
  return {
    get heldBytes() {
      return encoder.heldBytes;
    },
    get nativeBytes() {
      return encoder.nativeBytes;
    },
    get encodedBytes() {
      return encoder.encodedBytes;
    },
    add: (records: Parameters<typeof encoder.add>[0]) => {
      const good: Buffer[] = [];
      for (let index = 0; index < recordCount(records); index++) {
        const record = recordAt(records, index);
        if (refuses(record)) {
          rejects.push({
            index: added,
            bytes: Buffer.from(record),
            code: "Picky.Refused",
            message: "I do not like it",
          });
        } else good.push(record);
        added++;
      }
      encoder.add(packRecords(good));
    },
    drain: () => encoder.drain(),
    finish: async () => {
      await encoder.finish();
      return { rejects };
    },
  };
}

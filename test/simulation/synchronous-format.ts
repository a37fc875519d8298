import { gzipSync } from "node:zlib";
import type { EncoderOptions, Format } from "../../src/formats/format.ts";
import { rawFormat } from "../../src/formats/raw/raw-format.ts";

/**
 * The raw format with a compression that does not leave the thread: native threads answer in an order of their own, and a
 * seed could not replay a run. Each write becomes a gzip member, as in the real one.
 */
export const synchronousFormat: Format = {
  ...rawFormat,
  open: (options: EncoderOptions) => {
    if (options.compression.type === "none") return rawFormat.open(options);
    const { sink } = options;
    return rawFormat.open({
      ...options,
      compression: { type: "none" },
      sink: { write: (chunks) => sink.write([gzipSync(Buffer.concat(chunks), { level: 1 })]) },
    });
  },
};

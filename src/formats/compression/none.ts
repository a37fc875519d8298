import type { Compression } from "./compressor.ts";

/** Bytes as they are. */
export const noCompression: Compression = {
  type: "none",
  extension: "",
  contentEncoding: undefined,
  open: () => ({
    write: async (chunk) => [chunk],
    end: async () => [],
  }),
};

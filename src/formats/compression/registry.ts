import type { CompressionType } from "../../model/delivery-definition.ts";
import type { Compression } from "./compressor.ts";
import { gzip } from "./gzip.ts";
import { hadoopSnappy } from "./hadoop-snappy.ts";
import { noCompression } from "./none.ts";
import { snappy } from "./snappy.ts";
import { zip } from "./zip.ts";
import { zstd } from "./zstd.ts";

/** Every compression, by name. */
export const compressions: Readonly<Record<CompressionType, Compression>> = {
  gzip,
  "hadoop-snappy": hadoopSnappy,
  none: noCompression,
  snappy,
  zip,
  zstd,
};

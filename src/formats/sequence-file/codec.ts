import type { CompressionSpec, CompressionType } from "../../model/delivery-definition.ts";
import { LakehoseError } from "../../model/errors.ts";
import { compressions } from "../compression/registry.ts";

/** Compresses one buffer of a block, under the name by which Hadoop finds the class that reads it. */
export interface Codec {
  readonly className: string;
  compress(plain: Buffer): Promise<Buffer[]>;
}

/** What Hadoop's own classes read without native libraries. */
const CLASS_NAMES: Partial<Record<CompressionType, string>> = {
  gzip: "org.apache.hadoop.io.compress.GzipCodec",
  "hadoop-snappy": "org.apache.hadoop.io.compress.SnappyCodec",
  // AWS's name for the other framing of Snappy; inside a SequenceFile only Hadoop's can be read.
  snappy: "org.apache.hadoop.io.compress.SnappyCodec",
};

export const codecCompressions: readonly CompressionType[] = ["none", "gzip", "hadoop-snappy", "snappy"];

/** `undefined` for none: such files hold records and no blocks. */
export function codecOf(spec: CompressionSpec): Codec | undefined {
  if (spec.type === "none") return undefined;
  const className = CLASS_NAMES[spec.type];
  if (className === undefined) {
    const known = codecCompressions.join(", ");
    throw new LakehoseError("unknown-codec", `Expected a compression of ${known} for a SequenceFile; got ${spec.type}`);
  }
  const compression = compressions[spec.type === "snappy" ? "hadoop-snappy" : spec.type];
  return {
    className,
    compress: async (plain) => {
      const stream = compression.open(spec, "");
      return [...(await stream.write(plain)), ...(await stream.end())];
    },
  };
}

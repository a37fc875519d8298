import type { CompressionSpec, CompressionType } from "../../model/delivery-definition.ts";

/**
 * One compressed stream. State is small on purpose (thousands may be open at once): each `write` compresses its chunk on
 * a native thread and hands back finished bytes. Calls may overlap; what they give stands in the object in their order.
 */
export interface Compressor {
  /** Native memory that it holds from its first chunk to its end, where that is worth counting. */
  readonly nativeBytes?: number;
  write(chunk: Buffer): Promise<Buffer[]>;
  end(): Promise<Buffer[]>;
}

export interface Compression {
  readonly type: CompressionType;
  readonly extension: string;
  /** The `Content-Encoding` of objects (reference 5.2), if any. */
  readonly contentEncoding: string | undefined;
  /** `seed` feeds whatever chance the container needs (the entry name of a ZIP). */
  open(spec: CompressionSpec, seed: string): Compressor;
}

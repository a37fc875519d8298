import type { CompressionSpec } from "../model/delivery-definition.ts";
import type { Compressor } from "./compression/compressor.ts";
import { compressions } from "./compression/registry.ts";

/** Text on its way into an object, under the compression of the stream. */
export class CompressedText {
  readonly #compressor: Compressor;
  #bytes: Buffer = NOTHING;
  #length = 0;

  constructor(spec: CompressionSpec, seed: string) {
    this.#compressor = compressions[spec.type].open(spec, seed);
  }

  get retainedBytes(): number {
    return this.#compressor.nativeBytes ?? 0;
  }

  add(text: string): void {
    this.#reserve(text.length * UTF8_BYTES_MAX);
    this.#length += this.#bytes.write(text, this.#length, "utf8");
  }

  addBytes(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  async settle(): Promise<Buffer[]> {
    const text = this.#bytes.subarray(0, this.#length);
    this.#bytes = NOTHING;
    this.#length = 0;
    return text.length === 0 ? [] : this.#compressor.write(text);
  }

  async *end(): AsyncGenerator<Buffer[]> {
    yield await this.settle();
    yield await this.#compressor.end();
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(BYTES_MIN, needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const NOTHING = Buffer.alloc(0);
const BYTES_MIN = 16 * 1024;
/** UTF-8 bytes of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

import type { CompressionSpec } from "../model/delivery-definition.ts";
import type { Compressor } from "./compression/compressor.ts";
import { compressions } from "./compression/registry.ts";

/** Text on its way into an object, under the compression of the stream. */
export class CompressedText {
  readonly #compressor: Compressor;
  #pieces: string[] = [];

  constructor(spec: CompressionSpec, seed: string) {
    this.#compressor = compressions[spec.type].open(spec, seed);
  }

  get retainedBytes(): number {
    return this.#compressor.nativeBytes ?? 0;
  }

  add(text: string): void {
    this.#pieces.push(text);
  }

  async settle(): Promise<Buffer[]> {
    const text = Buffer.from(this.#pieces.join(""), "utf8");
    this.#pieces = [];
    return text.length === 0 ? [] : this.#compressor.write(text);
  }

  async *end(): AsyncGenerator<Buffer[]> {
    yield await this.settle();
    yield await this.#compressor.end();
  }
}

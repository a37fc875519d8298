const KEY_BYTES = 32;

/**
 * Master keys for encryption at rest, by id. New data is written under the current key; older ones stay to read what was
 * written before. Rotation: add a line with a higher id.
 */
export class KeyRing {
  /** The highest id. */
  readonly currentId: number;
  readonly #keys: ReadonlyMap<number, Buffer>;

  constructor(keys: ReadonlyMap<number, Buffer>) {
    if (keys.size === 0) throw new RangeError("A key ring needs at least one key");
    for (const [id, key] of keys) {
      if (!Number.isInteger(id) || id < 1 || id > 0xffff_ffff) {
        throw new RangeError(`A key id is a whole number from 1 to 4294967295, got ${id}`);
      }
      if (key.length !== KEY_BYTES) throw new RangeError(`Key ${id} has to be 32 bytes long, got ${key.length}`);
    }
    this.currentId = Math.max(...keys.keys());
    this.#keys = keys;
  }

  /**
   * Reads the content of a key file or of an environment variable: one key alone (id 1), or one `id:key` a line. A key is
   * 64 hex digits or 44 characters of base64. Blank lines and lines that start with `#` say nothing.
   */
  static parse(text: string): KeyRing {
    const keys = new Map<number, Buffer>();
    const lines = text.split("\n").map((line) => line.trim());
    for (const [index, line] of lines.entries()) {
      if (line === "" || line.startsWith("#")) continue;
      const [, id = "1", key = line] = /^(\d+)\s*:\s*(.*)$/.exec(line) ?? [];
      if (keys.has(Number(id))) throw new RangeError(`Line ${index + 1} of the key file repeats key ${id}`);
      keys.set(Number(id), decodeKey(key, index + 1));
    }
    return new KeyRing(keys);
  }

  key(id: number): Buffer | undefined {
    return this.#keys.get(id);
  }
}

function decodeKey(text: string, line: number): Buffer {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, "hex");
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return Buffer.from(text, "base64");
  // The text itself stays out of the message: it may be most of a key.
  throw new RangeError(
    `Line ${line} of the key file has to be 64 hex digits or 44 characters of base64 (32 bytes), optionally after "id:"; got ${text.length} characters. Make one with: openssl rand -hex 32`,
  );
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Inlet } from "../inlet.ts";
import { DropMemory } from "./drop-memory.ts";

/** Positions as the log keeps them. */
class Positions {
  readonly #positions = new Map<string, Uint8Array>();

  readonly inlet: Inlet = {
    position: (part) => this.#positions.get(part),
    append: async (_, { part, position }) => void this.#positions.set(part, position),
    appendMessages: async () => new Set(),
  };

  get bytesMax(): number {
    return Math.max(...[...this.#positions.values()].map(({ length }) => length));
  }

  async store(memory: DropMemory, path: string, offset: number): Promise<void> {
    const { place, keep } = memory.place(fileAt(path), offset);
    await this.inlet.append({ bytes: Buffer.alloc(0), ends: new Uint32Array() }, place);
    keep();
  }
}

function fileAt(path: string) {
  return { path, bytes: 10, modifiedAt: 1_700_000_000_123 };
}

describe("memory of drops", () => {
  it("knows after a restart how far each version of a file was read", async () => {
    const positions = new Positions();
    const memory = new DropMemory(positions.inlet, "/drop");
    const files = Array.from({ length: 5_000 }, (_, index) => fileAt(`in/${index}`));
    memory.setPresent(files);
    for (const { path } of files) await positions.store(memory, path, Number.POSITIVE_INFINITY);
    await positions.store(memory, "in/7", 4_000_000_000_000);
    for (const again of [memory, new DropMemory(positions.inlet, "/drop")]) {
      assert.equal(again.offsetOf(fileAt("in/7")), 4_000_000_000_000);
      for (const file of files.slice(8)) assert.equal(again.offsetOf(file), Number.POSITIVE_INFINITY);
      assert.equal(again.offsetOf({ ...fileAt("in/9"), bytes: 11 }), 0);
      assert.equal(again.offsetOf({ ...fileAt("in/9"), modifiedAt: 1 }), 0);
      assert.equal(again.offsetOf(fileAt("in/other")), 0);
    }
    assert.equal(new DropMemory(positions.inlet, "/elsewhere").offsetOf(fileAt("in/9")), 0);
  });

  it("forgets what is in the folder no more, so that it never grows beyond what is", async () => {
    const positions = new Positions();
    const memory = new DropMemory(positions.inlet, "/drop");
    for (let index = 0; index < 5_000; index++) {
      memory.setPresent([fileAt(`${index}`)]);
      await positions.store(memory, `${index}`, Number.POSITIVE_INFINITY);
    }
    assert.equal(positions.bytesMax, 22);
  });

  it("keeps nothing that is not durable", () => {
    const memory = new DropMemory(new Positions().inlet, "/drop");
    memory.setPresent([fileAt("a")]);
    memory.place(fileAt("a"), 5);
    assert.equal(memory.offsetOf(fileAt("a")), 0);
  });
});

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder that files are dropped into as uploads do: under another name first. */
export class DropZone {
  readonly folder: string;
  #dropped = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Each a file of its own, whose name says the order. */
  async dropAll(texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.drop(`file-${String(this.#dropped++).padStart(6, "0")}.txt`, text);
  }

  async drop(path: string, content: string | Buffer): Promise<void> {
    const target = join(this.folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.part`, content);
    await rename(`${target}.part`, target);
  }

  /** Takes the whole folder away, and resolves to what brings it back. */
  async takeAway(): Promise<() => Promise<void>> {
    const elsewhere = `${this.folder}-elsewhere`;
    await rename(this.folder, elsewhere);
    return () => rename(elsewhere, this.folder);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Scratch } from "../../src/formats/format.ts";

/** For encoders that need no files. */
export const noScratch: Scratch = {
  path: () => Promise.reject(new Error("this encoder was expected to need no files of its own")),
};

/** A folder below the system's temporary one that goes when the tests of the file are done. */
export function temporaryScratch(): Scratch & { readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-scratch-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  let made = 0;
  return {
    directory,
    async path(name) {
      mkdirSync(directory, { recursive: true });
      return join(directory, `${made++}-${name}`);
    },
  };
}

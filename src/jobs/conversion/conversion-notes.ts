import { z } from "zod";
import type { Location } from "../../catalog/location.ts";
import type { FileView } from "../../catalog/table-changes/table-changes.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import type { ObjectStore } from "../../storage/object-store.ts";

const noteSchema = z.object({ files: z.array(z.tuple([z.string(), z.string(), z.string()])) });

/**
 * Which files have been converted already. Each step leaves a note beside the files that it makes, in the same change, so
 * that there is never one without the other. Notes lie under a name that readers of tables pass over.
 */
export class ConversionNotes {
  readonly #etags = new Map<string, string>();

  static async read(store: ObjectStore, { bucket, prefix }: Location, view: FileView): Promise<ConversionNotes> {
    const notes = new ConversionNotes();
    for await (const { key } of store.list(bucket, { prefix })) {
      if (!view.shows({ bucket, key })) continue;
      const chunks: Buffer[] = [];
      for await (const chunk of await store.get(bucket, key)) chunks.push(chunk);
      notes.#take(Buffer.concat(chunks).toString(), `s3://${bucket}/${key}`);
    }
    return notes;
  }

  get isEmpty(): boolean {
    return this.#etags.size === 0;
  }

  /** `changed`: it was converted, and is another file under the same name now. */
  of({ bucket, object }: StoredFile): "new" | "converted" | "changed" {
    const known = this.#etags.get(nameText(bucket, object.key));
    if (known === undefined) return "new";
    return known === object.etag ? "converted" : "changed";
  }

  add(files: readonly StoredFile[]): void {
    for (const { bucket, object } of files) this.#etags.set(nameText(bucket, object.key), object.etag);
  }

  #take(text: string, place: string): void {
    const note = noteSchema.safeParse(parsed(text));
    if (!note.success) {
      const message = `${place} should say which files have been converted, and cannot be read; without it they would be converted twice. Bring it back, or delete it with the files that were made with it`;
      throw new LakehoseError("invalid", message);
    }
    for (const [bucket, key, etag] of note.data.files) this.#etags.set(nameText(bucket, key), etag);
  }
}

export function noteOf(files: readonly StoredFile[]): Buffer {
  return Buffer.from(JSON.stringify({ files: files.map(({ bucket, object }) => [bucket, object.key, object.etag]) }));
}

function nameText(bucket: string, key: string): string {
  return `${bucket}/${key}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

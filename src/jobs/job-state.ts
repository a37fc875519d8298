import type { JsonValue } from "../std/json.ts";
import { Mutex } from "../std/mutex.ts";
import { JobError } from "./job-error.ts";
import type { JobFiles } from "./job-files.ts";
import type { JobState } from "./job-kind.ts";

/** It is for positions and ids, and written whole each time. */
const STATE_CHARACTERS_MAX = 1024 * 1024;

/** What a job keeps from run to run, in a file. */
export class StoredJobState implements JobState {
  readonly #files: JobFiles;
  readonly #uid: string;
  /** A file has one writer at a time. */
  readonly #writes = new Mutex();

  constructor(files: JobFiles, uid: string) {
    this.#files = files;
    this.#uid = uid;
  }

  read(): Promise<JsonValue | undefined> {
    return this.#files.readState(this.#uid);
  }

  async write(value: JsonValue): Promise<void> {
    const characters = JSON.stringify(value).length;
    if (characters > STATE_CHARACTERS_MAX) {
      const message = `The state of a job may have ${STATE_CHARACTERS_MAX} characters as JSON; this has ${characters}`;
      throw new JobError("limit-exceeded", message);
    }
    await this.#writes.run(() => this.#files.writeState(this.#uid, value));
  }
}

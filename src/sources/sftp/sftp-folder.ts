import { posix } from "node:path";
import type SftpClient from "ssh2-sftp-client";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { DropFile, DropFolder, ListOptions } from "../drop/drop-folder.ts";

/** Names that an archive tries for one file before it gives up. */
const ARCHIVE_NAMES_MAX = 1_000;

/** The client library's name for SSH_FX_NO_SUCH_FILE. */
const ABSENT = new Set<unknown>(["ENOENT", 2]);

/** A folder of an SFTP server, over one connection. */
export class SftpFolder implements DropFolder {
  readonly identity: string;
  readonly #client: SftpClient;
  readonly #root: string;
  readonly #interrupted: Promise<never>;

  /** `interrupted` rejects when the connection is lost or the source is stopped: the client library may then never answer. */
  constructor(
    client: SftpClient,
    place: { readonly root: string; readonly identity: string },
    interrupted: Promise<never>,
  ) {
    this.#client = client;
    this.#root = place.root;
    this.identity = place.identity;
    this.#interrupted = interrupted;
  }

  async list({ skip, filesMax }: ListOptions): Promise<DropFile[]> {
    const files: DropFile[] = [];
    const folders = [""];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const { name, type, size, modifyTime } of await this.#entriesOf(folder)) {
        // A server may say anything: what is no plain name would lead out of the folder.
        if (name === "" || name === "." || name === ".." || name.includes("/")) continue;
        const path = folder === "" ? name : `${folder}/${name}`;
        if (type === "-") files.push({ path, bytes: size, modifiedAt: modifyTime });
        else if (type === "d" && !skip(path)) folders.push(path);
      }
      if (files.length > filesMax) throw tooManyFiles(this.identity, filesMax);
    }
    return files;
  }

  async stat(path: string): Promise<DropFile | undefined> {
    try {
      const { isFile, size, modifyTime } = await this.#call(this.#client.stat(this.#pathOf(path)));
      return isFile ? { path, bytes: size, modifiedAt: modifyTime } : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async *read(path: string, from: number): AsyncGenerator<Uint8Array> {
    const stream = this.#client.createReadStream(this.#pathOf(path), { start: from, autoClose: true });
    const interrupt = (error: Error) => stream.destroy(error);
    this.#interrupted.catch(interrupt);
    try {
      yield* stream as AsyncIterable<Buffer>;
    } finally {
      stream.destroy();
    }
  }

  async delete(path: string): Promise<void> {
    await this.#call(this.#client.delete(this.#pathOf(path), true));
  }

  /** The server refuses a rename over another file, or does it unasked; so it is asked before. */
  async archive(path: string, target: string): Promise<void> {
    const wanted = posix.isAbsolute(target) ? target : this.#pathOf(target);
    await this.#call(this.#client.mkdir(posix.dirname(wanted), true));
    for (let number = 0; number < ARCHIVE_NAMES_MAX; number++) {
      const to = number === 0 ? wanted : `${wanted}.${number}`;
      if (await this.#call(this.#client.exists(to))) continue;
      await this.#call(this.#client.rename(this.#pathOf(path), to));
      return;
    }
    throw new LakehoseError(
      "archive-full",
      `Expected a free name for ${wanted}; up to ${wanted}.${ARCHIVE_NAMES_MAX - 1} all are taken`,
    );
  }

  async #entriesOf(folder: string): Promise<SftpClient.FileInfo[]> {
    try {
      return await this.#call(this.#client.list(this.#pathOf(folder)));
    } catch (error) {
      if (folder !== "" && isAbsent(error)) return [];
      if (!isAbsent(error)) throw error;
      const message = `${this.identity}: ${reasonOf(error)}; make the folder, or look at path`;
      throw new LakehoseError("folder-not-found", message, { cause: error });
    }
  }

  #pathOf(path: string): string {
    return posix.join(this.#root, path);
  }

  #call<T>(call: Promise<T>): Promise<T> {
    call.catch(() => undefined);
    return Promise.race([call, this.#interrupted]);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && ABSENT.has(error.code);
}

function tooManyFiles(identity: string, filesMax: number): LakehoseError {
  return new LakehoseError(
    "too-many-files",
    `Expected at most ${filesMax} files in ${identity}; set after to delete or to an archive elsewhere`,
  );
}

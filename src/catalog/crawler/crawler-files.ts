import { join } from "node:path";
import { z } from "zod";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Disk } from "../../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import type { StoredCrawler } from "./crawler-definition.ts";

/**
 * Crawlers on disk: `meta/crawlers/<uid>.json`, each replaced whole and durably. Names are inside the files, because they
 * may hold letters that no file system takes.
 */
export class CrawlerFiles {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, dataDirectory: string) {
    this.#disk = disk;
    this.#directory = join(dataDirectory, "meta", "crawlers");
  }

  async load(): Promise<readonly StoredCrawler[]> {
    await this.#disk.makeDirectory(this.#directory);
    await this.#disk.syncDirectory(this.#directory);
    const names = (await this.#disk.list(this.#directory)).filter((name) => name.endsWith(".json"));
    const found: StoredCrawler[] = [];
    for (const name of names) found.push(await this.#read(join(this.#directory, name)));
    return found;
  }

  async save(crawler: StoredCrawler): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT, ...crawler })}\n`);
    await writeFileDurably(this.#disk, join(this.#directory, `${crawler.uid}.json`), bytes);
  }

  async remove(uid: string): Promise<void> {
    await this.#disk.unlink(join(this.#directory, `${uid}.json`));
    await this.#disk.syncDirectory(this.#directory);
  }

  async #read(path: string): Promise<StoredCrawler> {
    try {
      const { format: _, ...stored } = crawlerFile.parse(JSON.parse(String(await readFileWhole(this.#disk, path))));
      return stored as unknown as StoredCrawler;
    } catch (error) {
      const advice = "Restore this file from a backup, or move it away: then the crawler is gone";
      const message = `Crawler file ${path} cannot be used: ${reasonOf(error)}. ${advice}`;
      throw new LakehoseError("crawler-damaged", message, { cause: error });
    }
  }
}

const FORMAT = 1;

const crawlerFile = z.looseObject({
  format: z.literal(FORMAT),
  uid: z.string().regex(/^[0-9a-f]{32}$/),
  definition: z.looseObject({
    name: z.string().min(1),
    database: z.string().min(1),
    locations: z.array(z.string()).min(1),
    policy: z.object({ update: z.enum(["update", "log"]), delete: z.enum(["deprecate", "log", "delete"]) }),
  }),
  createdAt: z.number(),
  updatedAt: z.number(),
  version: z.number().int().positive(),
});

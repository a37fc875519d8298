import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { Row } from "../query.ts";

const DAY_MS = 86_400_000;
const LOOKS_MAX = 200;

/** What somebody delivered long ago: for each folder an object, with the age in days that it has. */
const OLD_FOLDERS: ReadonlyMap<string, number> = new Map([
  ["logs/dt=2018-11-03-17", 400],
  ["logs/dt=2019-12-01-12", 45],
  ["lines/2019/12/01/12", 45],
  ["logs/dt=2020-01-19-23", 1],
]);

/** Rules ask for the time at which an object was written, whatever day its folder names. */
export async function writeOldLogs(bucket: string): Promise<void> {
  for (const [folder, days] of OLD_FOLDERS) {
    const path = join(bucket, folder, "old.gz");
    await mkdir(join(bucket, folder), { recursive: true });
    await writeFile(path, gzipSync(oldLines(folder)));
    const written = new Date(Date.now() - days * DAY_MS);
    await utimes(path, written, written);
  }
}

function oldLines(folder: string): string {
  const lines = Array.from({ length: 2000 }, (_, index) => {
    const request = { method: "GET", path: `/${folder}/${index}`, status: 200, bytes: index };
    return JSON.stringify({ time: "2019-12-01T12:00:00Z", host: `198.51.100.${index % 250}`, ...request });
  });
  return `${lines.join("\n")}\n`;
}

/** What the rules of `lakehose.yaml` have left of them; they are carried out right after the start, and once a day. */
export async function agedObjects(endpoint: string): Promise<Row[]> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  try {
    for (let looks = 1; ; looks++) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "lake" }));
      const objects = Contents.map(({ Key, StorageClass }) => ({ object: Key, class: StorageClass }));
      const isMoved = objects.some((object) => object.class !== "STANDARD");
      if ((isMoved && objects.length < OLD_FOLDERS.size - 1) || looks === LOOKS_MAX) return objects;
      await sleep(50);
    }
  } finally {
    client.destroy();
  }
}

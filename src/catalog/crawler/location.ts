import { CrawlerError } from "./crawler-error.ts";
import type { Location } from "./scan.ts";

/** Characters of a key (S3), and so of the text of a location, within a little. */
const LOCATION_LENGTH_MAX = 1_200;

/** `s3://bucket/prefix/`; the slash at the end may be absent, since a location is a folder. */
export function parseLocation(text: string): Location {
  const [, bucket, path = ""] = /^s3[an]?:\/\/([^/\s]+)(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket === undefined || text.length > LOCATION_LENGTH_MAX) {
    const shown = text.slice(0, 120);
    throw new CrawlerError("invalid", `Expected a location such as s3://bucket/folder/, got "${shown}"`);
  }
  return { bucket, prefix: path === "" || path.endsWith("/") ? path : `${path}/` };
}

import { type Location, readLocation } from "../location.ts";
import { CrawlerError } from "./crawler-error.ts";

/** Characters of a key (S3), and so of the text of a location, within a little. */
const LOCATION_LENGTH_MAX = 1_200;

/** `s3://bucket/prefix/`; the slash at the end may be absent, since a location is a folder. */
export function parseLocation(text: string): Location {
  const location = text.length > LOCATION_LENGTH_MAX ? undefined : readLocation(text);
  if (location !== undefined) return location;
  throw new CrawlerError("invalid", `Expected a location such as s3://bucket/folder/, got "${text.slice(0, 120)}"`);
}

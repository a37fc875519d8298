import { z } from "zod";
import { type Location, readLocation } from "../../catalog/location.ts";
import { QueryError } from "../query-error.ts";

/** Where results go and how they are stored: of a work group, or of one execution. */
export const resultSettings = z.object({
  /** `s3://bucket/folder/` */
  location: z.string().optional(),
  encryption: z
    .union([
      z.object({ type: z.literal("sse-s3") }),
      z.object({ type: z.literal("sse-kms"), keyArn: z.string().optional() }),
    ])
    .optional(),
  acl: z.literal("bucket-owner-full-control").optional(),
});

export type ResultSettings = z.infer<typeof resultSettings>;

/** The folder for results. Throws when it is none. */
export function resultFolder(location: string): Location {
  const folder = readLocation(location);
  if (folder === undefined) {
    throw new QueryError(
      "data",
      `outputLocation is not a valid S3 path: expected s3://bucket/folder/, got ${location}`,
    );
  }
  return folder;
}

import { loadConfiguration } from "../../server/configuration/load-configuration.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import type { S3ConnectionOptions } from "../../storage/s3/s3-options.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { findLocalFiles } from "./local-archive.ts";
import { bucketOf, findObjects, isS3Address } from "./s3-archive.ts";

export interface FoundArchive {
  readonly files: readonly ArchiveFile[];
  close(): Promise<void>;
}

/** The address of an S3 store, and the file whose section `storage` knows how buckets are reached. */
export interface ArchivePlace {
  readonly endpointUrl?: string;
  readonly config?: string;
}

/** The files of an archive; throws `CliError` when there are none. */
export async function findArchive(source: string, place: ArchivePlace, context: CliContext): Promise<FoundArchive> {
  const found = isS3Address(source)
    ? await findOnS3(source, place, context)
    : { files: await findLocalFiles(source), close: async () => undefined };
  if (found.files.length > 0) return found;
  await found.close();
  throw new CliError(`Expected files to replay, found none in ${source}`);
}

async function findOnS3(source: string, place: ArchivePlace, context: CliContext): Promise<FoundArchive> {
  const { S3Store } = await import("../../storage/s3/s3-store.ts");
  const world = { clock: systemClock, random: systemRandom };
  const connection = connectionTo(bucketOf(source), place, context.environment);
  const store = new S3Store({ ...connection, ...world, telemetry: silentTelemetry });
  try {
    const files = await findObjects(source, { store, ...world, signal: context.signal });
    return { files, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The flag goes before the configuration, of which a bucket may have settings of its own, and that before the environment. */
function connectionTo(
  bucket: string,
  place: ArchivePlace,
  environment: CliContext["environment"],
): S3ConnectionOptions {
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...credentialsIn(environment),
    ...configured(bucket, place, environment),
    ...(place.endpointUrl !== undefined && { endpoint: place.endpointUrl }),
  };
}

/** Without them the AWS chain looks in files and at the instance. */
function credentialsIn(environment: CliContext["environment"]): S3ConnectionOptions {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } };
}

function configured(
  bucket: string,
  { config }: ArchivePlace,
  environment: CliContext["environment"],
): S3ConnectionOptions {
  if (config === undefined && environment.LAKEHOSE_CONFIG === undefined) return {};
  const { storage } = loadConfiguration(config === undefined ? {} : { config }, environment);
  const mapped = Object.hasOwn(storage.buckets, bucket) ? storage.buckets[bucket] : undefined;
  const { store: _, ...own } = mapped ?? { store: "s3" };
  return { ...storage.s3, ...own };
}

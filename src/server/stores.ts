import { invariant } from "../std/assert.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { DiskLake } from "../storage/disk/disk-lake.ts";
import { DiskStore, openBucketFiles } from "../storage/disk/disk-store.ts";
import type { LocalLake } from "../storage/local-lake.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Configuration, ResolvedS3 } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";

export interface Stores {
  /** The store that a bucket lives in, as the configuration maps it. */
  storeFor(bucket: string): ObjectStore;
  /** The buckets on this machine, for the S3 door. */
  readonly lake: LocalLake;
  /** The address of the store that a bucket is in; `undefined` for those in the local lake. */
  endpointOf(bucket: string): string | undefined;
  close(): Promise<void>;
}

export interface StoresOptions {
  readonly configuration: Pick<Configuration, "storage" | "limits">;
  readonly folder: DataFolder;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** One disk store, and one S3 store for each distinct set of connection settings, made when first asked for. */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const { configuration, folder, disk, clock, random, telemetry } = options;
  const { storage, limits } = configuration;
  const files = await openBucketFiles({
    disk,
    root: folder.buckets,
    temporaryDirectory: folder.temporary,
    metadataDirectory: folder.objectMetadata,
  });
  const local = new DiskStore(files);
  const lake = await DiskLake.open({
    files,
    clock,
    random,
    reserveBytes: limits.uploadReserveBytes,
    directory: folder.uploads,
  });
  // The S3 client is most of what a server loads; one that writes to a folder does without.
  const S3Store = usesS3(storage) ? (await import("../storage/s3/s3-store.ts")).S3Store : undefined;
  const remote = new Map<string, ObjectStore>();
  const s3Store = (settings: ResolvedS3) => {
    const identity = JSON.stringify(settings);
    invariant(S3Store !== undefined, "a bucket is only mapped to S3 where the configuration says so");
    const known = remote.get(identity) ?? new S3Store({ ...settings, clock, random, telemetry });
    remote.set(identity, known);
    return known;
  };
  const s3SettingsOf = (bucket: string): ResolvedS3 | undefined => {
    // Buckets may be called like what every object has of itself (`constructor`).
    const mapped = Object.hasOwn(storage.buckets, bucket) ? storage.buckets[bucket] : undefined;
    if (mapped === undefined) return storage.default === "s3" ? storage.s3 : undefined;
    const { store, ...own } = mapped;
    return store === "s3" ? { ...storage.s3, ...own } : undefined;
  };
  return {
    lake,
    storeFor: (bucket) => {
      const settings = s3SettingsOf(bucket);
      return settings === undefined ? local : s3Store(settings);
    },
    endpointOf: (bucket) => {
      const settings = s3SettingsOf(bucket);
      if (settings === undefined) return undefined;
      // The origin only: an address may carry what is nobody else's business.
      const { endpoint = `https://s3.${settings.region ?? "us-east-1"}.amazonaws.com` } = settings;
      return new URL(endpoint).origin;
    },
    close: async () => {
      await Promise.all([lake, local, ...remote.values()].map((store) => store.close()));
    },
  };
}

function usesS3(storage: Configuration["storage"]): boolean {
  return storage.default === "s3" || Object.values(storage.buckets).some(({ store }) => store === "s3");
}

import { Lifecycle, type LifecycleOptions } from "../jobs/lifecycle/lifecycle.ts";
import { LifecycleRules } from "../jobs/lifecycle/lifecycle-rules.ts";
import type { AbandonedUploads } from "../jobs/lifecycle/sweep-bucket.ts";
import type { LakeUploads } from "../storage/local-lake.ts";
import { configuredRules } from "./configuration/lifecycle-section.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { Stores } from "./stores.ts";

export interface OpenLifecycleOptions extends Omit<LifecycleOptions, "rules" | "storeFor" | "uploadsOf"> {
  readonly configuration: Configuration;
  readonly stores: Stores;
}

/** The rules of all buckets, and the daily run that carries them out. It is started once the streams are open. */
export async function openLifecycle({ configuration, stores, ...options }: OpenLifecycleOptions) {
  const isLocal = (bucket: string) => stores.endpointOf(bucket) === undefined;
  const configured = configuredRules(configuration.lifecycle);
  const rules = await LifecycleRules.open({ ...options, configured, isLocal });
  const daily = new Lifecycle({
    ...options,
    rules,
    storeFor: stores.storeFor,
    uploadsOf: (bucket) => (isLocal(bucket) ? localUploads(stores.lake.uploads) : stores.storeFor(bucket).multipart),
  });
  return { rules, daily };
}

function localUploads(uploads: LakeUploads): AbandonedUploads {
  return {
    listUploads: async function* (bucket, prefix) {
      for (const upload of await uploads.list(bucket)) if (upload.key.startsWith(prefix)) yield upload;
    },
    abort: (upload) => uploads.abort(upload),
  };
}

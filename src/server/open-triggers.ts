import { crc32 } from "node:zlib";
import { DEFAULT_REGION } from "../api/protocol/caller.ts";
import type { AnnounceObject } from "../api/s3/s3-call.ts";
import type { LandedObject } from "../delivery/journal/journal-records.ts";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import { reasonOf } from "../model/errors.ts";
import { packRecords } from "../model/records.ts";
import { readSecret, type Secret } from "../model/secret.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { bytesBody } from "../storage/bytes-body.ts";
import { writeObject } from "../storage/write-object.ts";
import type { Streams } from "../streams/streams.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { ObjectEvents } from "../triggers/objects/object-events.ts";
import { triggerKinds } from "../triggers/registry.ts";
import { openTarget } from "../triggers/targets/open-target.ts";
import type { TriggerDefinition } from "../triggers/trigger-definition.ts";
import { Triggers } from "../triggers/triggers.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Stores } from "./stores.ts";

export interface OpenTriggersOptions {
  readonly configuration: Configuration;
  readonly folder: DataFolder;
  readonly stores: Stores;
  readonly functions: FunctionInvoker;
  /** `undefined` until they are open. */
  readonly streams: () => Streams | undefined;
  /** Takes what ends the log of events; triggers end earlier. */
  readonly closers: (() => unknown)[];
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

export type OpenedTriggers = ReturnType<typeof openTriggers>;

/** The triggers of the configuration, all of them checked, and what they listen to. None fires before `begin`. */
export function openTriggers(options: OpenTriggersOptions) {
  const { configuration, folder, functions, streams: _, stores: __, closers, ...world } = options;
  const secrets = { folder: configuration.folder, environment: process.env };
  const read = (secret: Secret) => readSecret(secret, secrets);
  const objectEvents = new ObjectEvents({ ...world, directory: folder.objectEvents });
  closers.push(() => objectEvents.close());
  const triggers = new Triggers({
    kinds: triggerKinds,
    directory: folder.triggers,
    components: {
      ...world,
      folder: configuration.folder,
      readSecret: read,
      objectEvents,
      accountId: configuration.accountId,
      region: DEFAULT_REGION,
    },
    openTarget: (settings) => openTarget(settings, { functions, readSecret: read }),
    keepFailed: (definition, document, signal) => keepFailed(options, definition, document, signal),
  });
  const definitions = Object.entries(configuration.triggers).map(([name, settings]) => ({ name, ...settings }));
  for (const definition of definitions) declare(triggers, definition);
  const announce: AnnounceObject = (eventName, object) =>
    objectEvents.append([{ by: "client", eventName, ...object, at: world.clock.now() }]);
  const delivered = (objects: readonly LandedObject[], stream: string) =>
    objectEvents.append(
      objects.map(({ target, name, bytes, etag }) => ({
        by: "delivery" as const,
        eventName: "ObjectCreated:Put" as const,
        bucket: String(target.options.bucket),
        key: name,
        bytes,
        etag,
        at: world.clock.now(),
        stream,
      })),
    );
  return { triggers, objectEvents, announce, delivered, begin: () => triggers.begin(definitions) };
}

function declare(triggers: Triggers, definition: TriggerDefinition): void {
  try {
    triggers.declare(definition);
  } catch (error) {
    throw new ConfigurationError(`triggers.${definition.name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Where `onFailure` says: an object of its own, or a record. */
async function keepFailed(
  { stores, streams, clock, random }: OpenTriggersOptions,
  { name, onFailure }: TriggerDefinition,
  document: Buffer,
  signal: AbortSignal,
): Promise<void> {
  if (onFailure === undefined) return;
  if ("stream" in onFailure) {
    const intake = streams()?.intake(onFailure.stream);
    if (intake === undefined) throw new ConfigurationError("the streams are not open yet");
    await intake.accept({ records: packRecords([document]), call: `trigger:${name}` });
    return;
  }
  const { bucket, prefix } = onFailure;
  const time = new Date(clock.now()).toISOString().replaceAll(":", "-");
  const unique = `${crc32(document).toString(16).padStart(8, "0")}-${random.bytes(4).toString("hex")}`;
  await writeObject(
    stores.storeFor(bucket),
    {
      bucket,
      key: `${prefix}${name}/${time}-${unique}.json`,
      body: bytesBody(document),
      contentType: "application/json",
      metadata: {},
      signal,
    },
    { clock, random },
  );
}

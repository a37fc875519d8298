import { z } from "zod";
import { packRecords } from "../../model/records.ts";
import type { SourceRun } from "../../sources/source-kind.ts";
import { anyTriggerKind, type TriggerComponents, type TriggerKind } from "../trigger-kind.ts";
import type { ObjectEvent } from "./object-events.ts";
import { s3Event } from "./s3-event.ts";

const place = {
  bucket: z
    .string()
    .min(3)
    .max(63)
    .meta({ description: "Bucket to listen to.", examples: ["lake"] }),
  prefix: z
    .string()
    .max(1024)
    .default("")
    .meta({ description: "Only keys that begin like this.", examples: ["rawxml/"] }),
  suffix: z
    .string()
    .max(1024)
    .default("")
    .meta({ description: "Only keys that end like this.", examples: [".xml"] }),
};

const createdOptions = z
  .strictObject(place)
  .meta({ examples: [{ bucket: "lake", prefix: "rawxml/", suffix: ".xml" }] });

const deliveredOptions = z
  .strictObject({
    ...place,
    stream: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: "Only objects of this stream.", examples: ["clicks"] }),
  })
  .meta({ examples: [{ bucket: "lake", stream: "clicks" }] });

type Options = z.output<typeof deliveredOptions>;

/** As S3 invokes a function: one object in each call. */
const OBJECTS_IN_A_CALL = 1;

export const objectCreatedTrigger: TriggerKind = anyTriggerKind<z.output<typeof createdOptions>>({
  name: "object-created",
  description:
    "An object has come into being: through the S3 door into a bucket of this machine, or by a delivery into any bucket. The event is that of Amazon S3. At least once; in order.",
  options: createdOptions,
  declare: (trigger, { objectEvents }) => objectEvents.listen(trigger),
  upstream: (options) => `new objects ${where(options)}`,
  create: (components) => (options, run) => readEvents(options, run, components, () => true),
  events: { batchSize: OBJECTS_IN_A_CALL, idOf: sequencerIn },
});

export const objectDeliveredTrigger: TriggerKind = anyTriggerKind<Options>({
  name: "object-delivered",
  description:
    "A delivery has put an object into a bucket, whether here or in an S3 store. The event is that of Amazon S3. At least once; in order.",
  options: deliveredOptions,
  declare: (trigger, { objectEvents }) => objectEvents.listen(trigger),
  upstream: ({ stream, ...options }) =>
    `objects ${stream === undefined ? "of deliveries" : `of ${stream}`} ${where(options)}`,
  create: (components) => (options, run) =>
    readEvents(
      options,
      run,
      components,
      ({ by, stream }) => by === "delivery" && [undefined, stream].includes(options.stream),
    ),
  events: { batchSize: OBJECTS_IN_A_CALL, idOf: sequencerIn },
});

async function readEvents(
  { bucket, prefix, suffix }: Pick<Options, "bucket" | "prefix" | "suffix">,
  { source, inlet, signal, connected, warn }: SourceRun,
  { objectEvents, region }: TriggerComponents,
  isMeant: (event: ObjectEvent) => boolean,
): Promise<void> {
  const part = `objects/${await objectEvents.incarnation()}`;
  const stored = inlet.position(part);
  let next = stored === undefined ? await objectEvents.end() : Number(Buffer.from(stored).toString());
  // From here on it has a place, also when it is stopped before the first object.
  await inlet.append(packRecords([]), { part, position: positionOf(next) });
  connected();
  for (;;) {
    const read = await objectEvents.read(next, signal);
    if (read.lost > 0)
      warn("events-lost", `${read.lost} objects were created and forgotten before they could be told of.`);
    const events = read.events.flatMap((event, index) => {
      const { key } = event;
      const isWanted = event.bucket === bucket && key.startsWith(prefix) && key.endsWith(suffix) && isMeant(event);
      const sequence = read.next - read.events.length + index;
      return isWanted ? s3Event(event, { configurationId: source, region, sequence }) : [];
    });
    next = read.next;
    await inlet.append(packRecords(events.map((event) => Buffer.from(JSON.stringify(event)))), {
      part,
      position: positionOf(next),
    });
    // What the checkpoint says, not what is under way: events that were not taken have to stay.
    await objectEvents.release(source, Number(Buffer.from(inlet.position(part) ?? positionOf(0)).toString()));
  }
}

function positionOf(offset: number): Buffer {
  return Buffer.from(String(offset));
}

function where({ bucket, prefix, suffix }: Pick<Options, "bucket" | "prefix" | "suffix">): string {
  return `in s3://${bucket}/${prefix}${suffix === "" ? "" : `*${suffix}`}`;
}

function sequencerIn(event: { readonly [key: string]: unknown }): string | undefined {
  const { s3 } = event as { readonly s3?: { readonly object?: { readonly sequencer?: string } } };
  return s3?.object?.sequencer;
}

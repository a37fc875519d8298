import type { DeliveryDefinition } from "../../model/delivery-definition.ts";
import { type ErrorOutput, errorOutputOf } from "../../model/error-output.ts";
import { LakehoseError } from "../../model/errors.ts";
import { type ObjectInfo, type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import type { RedriveRequest, SourceProblem } from "../source.ts";
import { errorOutputPrefixes, errorTypesOf } from "./error-output.ts";
import { JOURNAL_OBJECTS_MAX, objectName } from "./redrive-journal.ts";

export interface FindOptions {
  readonly request: RedriveRequest;
  readonly streamName: string;
  readonly definition: DeliveryDefinition | undefined;
  readonly formerOutputs: readonly ErrorOutput[];
  readonly storeFor: (bucket: string) => ObjectStore;
}

export interface FoundObject extends ObjectInfo {
  readonly bucket: string;
}

export interface FoundObjects {
  /** In the order of places and keys, each once. */
  readonly objects: readonly FoundObject[];
  readonly problems: readonly SourceProblem[];
}

/** The objects that a redrive reads: those named, or all of the error output, where it lies now and where it lay before. */
export async function findErrorObjects(options: FindOptions): Promise<FoundObjects> {
  const { request, definition, formerOutputs, storeFor } = options;
  const current = definition === undefined ? undefined : errorOutputOf(definition);
  const bucket = request.bucket ?? current?.bucket;
  if (definition === undefined || bucket === undefined) {
    const reason = "the stream has this delivery no more, or its error output is in no bucket; name one";
    throw new LakehoseError("no-error-output", `There is no error output to look into: ${reason}`);
  }
  const found = new Map<string, FoundObject>();
  const add = (object: ObjectInfo, from = bucket) => {
    if (found.size >= JOURNAL_OBJECTS_MAX) throw tooMany();
    found.set(objectName({ bucket: from, key: object.key }), { ...object, bucket: from });
  };
  const problems: SourceProblem[] = [];
  if (request.keys !== undefined) {
    for (const key of new Set(request.keys)) {
      const object = await storeFor(bucket).head(bucket, key);
      if (object === undefined) throw new LakehoseError("no-such-object", `There is no object ${key} in ${bucket}`);
      add(object);
    }
  } else if (request.prefix !== undefined) {
    // A prefix that somebody names may hold what AWS wrote; in the own output the own name is in every key.
    for await (const object of storeFor(bucket).list(bucket, { prefix: request.prefix })) add(object);
  } else {
    for (const output of [...(current === undefined ? [] : [current]), ...formerOutputs]) {
      const from = request.bucket ?? output.bucket;
      try {
        for await (const object of ownErrors(options, output, from, errorTypesOf(definition))) add(object, from);
      } catch (error) {
        // Nobody can mend that a bucket of long ago is gone, and the rest is there.
        const gone = error instanceof ObjectStoreError && error.code === "no-such-bucket";
        if (!gone || output === current || request.bucket !== undefined) throw error;
        problems.push({ key: `${from}/`, reason: `Error records were written there once, and ${error.message}` });
      }
    }
  }
  return { objects: [...found.values()], problems };
}

async function* ownErrors(
  { streamName, storeFor }: FindOptions,
  { errorPrefix }: ErrorOutput,
  bucket: string,
  errorTypes: readonly string[],
): AsyncGenerator<ObjectInfo> {
  for (const prefix of errorOutputPrefixes({ errorPrefix, timeZone: "UTC" }, errorTypes)) {
    for await (const object of storeFor(bucket).list(bucket, { prefix })) {
      if (isOwn(streamName, object.key, errorTypes)) yield object;
    }
  }
}

function isOwn(streamName: string, key: string, errorTypes: readonly string[]): boolean {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return name.includes(`${streamName}-`) && errorTypes.some((errorType) => key.includes(errorType));
}

function tooMany(): LakehoseError {
  const message = `There are more than ${JOURNAL_OBJECTS_MAX} error objects. Redrive them in parts, by prefix`;
  return new LakehoseError("too-many-objects", message);
}

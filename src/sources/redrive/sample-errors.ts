import { decompress } from "../../formats/compression/decompress.ts";

import { type ErrorRecord, readErrorRecords } from "../../model/error-record-reader.ts";
import { reasonOf } from "../../model/errors.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { ErrorKind, ErrorSample, ErrorSampleRequest, SampledError, SourceProblem } from "../source.ts";
import type { FoundObject, FoundObjects } from "./find-error-objects.ts";

/**
 * What people see of an error output: its newest objects, read until there is enough to look at. An error output may be
 * larger than anybody wants to read, so what is counted is counted among what was read, and the answer says how much that was.
 */
const OBJECTS_READ_MAX = 50;
const RECORDS_READ_MAX = 20_000;
const OBJECT_BYTES_MAX = 32 * 1024 * 1024;

export interface SampleErrorsOptions {
  readonly deliveryId: string;
  readonly request: ErrorSampleRequest;
  /** Of the delivery: one of them is in each of its keys. */
  readonly errorTypes: readonly string[];
  readonly storeFor: (bucket: string) => ObjectStore;
}

export async function sampleErrors(found: FoundObjects, options: SampleErrorsOptions): Promise<ErrorSample> {
  const newest = found.objects.toSorted((one, other) => other.modifiedAt - one.modifiedAt);
  const kinds = new Map<string, ErrorKind>();
  const records: SampledError[] = [];
  const problems: SourceProblem[] = [...found.problems];
  let objectsRead = 0;
  let recordsRead = 0;
  for (const object of newest) {
    if (objectsRead >= OBJECTS_READ_MAX || recordsRead >= RECORDS_READ_MAX) break;
    objectsRead++;
    try {
      for await (const record of recordsIn(object, options)) {
        recordsRead++;
        const errorType = errorTypeOf(record, object, options);
        const kind = `${errorType} ${record.code}`;
        const { records: before } = kinds.get(kind) ?? { records: 0 };
        kinds.set(kind, { errorType, code: record.code, records: before + 1 });
        if (records.length < options.request.records) records.push(sampled(record, object, errorType, options.request));
        if (recordsRead >= RECORDS_READ_MAX) break;
      }
    } catch (error) {
      problems.push({ key: object.key, reason: reasonOf(error) });
    }
  }
  return {
    objects: newest.length,
    bytes: newest.reduce((sum, { bytes }) => sum + bytes, 0),
    objectsRead,
    kinds: [...kinds.values()].sort((one, other) => other.records - one.records),
    records,
    problems,
  };
}

/** Error records of this delivery; what others wrote below the same prefix, and what is no error record, is passed over. */
async function* recordsIn(object: FoundObject, { deliveryId, storeFor }: SampleErrorsOptions) {
  const body = await storeFor(object.bucket).get(object.bucket, object.key);
  for await (const read of readErrorRecords(decompress(body, { outputBytesMax: OBJECT_BYTES_MAX }))) {
    if ("problem" in read) continue;
    if ((read.record.identity?.deliveryId ?? deliveryId) === deliveryId) yield read.record;
  }
}

function errorTypeOf({ identity }: ErrorRecord, { key }: FoundObject, { errorTypes }: SampleErrorsOptions): string {
  return identity?.errorType || (errorTypes.find((errorType) => key.includes(errorType)) ?? "");
}

function sampled(
  record: ErrorRecord,
  object: FoundObject,
  errorType: string,
  { recordBytes }: ErrorSampleRequest,
): SampledError {
  const { code, message, attempts, arrivalMs, bytes, identity } = record;
  return {
    bucket: object.bucket,
    key: object.key,
    errorType,
    code,
    message,
    attempts,
    ...(arrivalMs !== undefined && { arrivalMs }),
    ...(identity !== undefined && { offset: identity.offset }),
    size: bytes.length,
    bytes: bytes.subarray(0, recordBytes),
  };
}

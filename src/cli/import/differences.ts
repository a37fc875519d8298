import { describeDestination } from "../../api/firehose/describe-destination.ts";
import { destinationKindNames, destinationKinds } from "../../api/firehose/destination-kinds.ts";
import { isObject, normaliseDestination } from "../../api/firehose/normalise.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";

/** One place where the file and the server are not the same. `undefined`: it is not there. */
export interface Difference {
  readonly path: string;
  readonly here: JsonValue | undefined;
  readonly file: JsonValue | undefined;
}

/**
 * What a stream of the server and a request for one of the same name do not have in common. The request is described as
 * the server would describe it, with all defaults filled in, so that saying a default and not saying it are the same.
 */
export function differencesOf(here: JsonObject, request: JsonObject): readonly Difference[] {
  const [destination] = Array.isArray(here.Destinations) ? here.Destinations : [];
  const existing = { type: here.DeliveryStreamType ?? "DirectPut", ...(isObject(destination) && destination) };
  const wanted = { type: request.DeliveryStreamType ?? "DirectPut", ...describedDestination(request) };
  return compare(existing, wanted, "");
}

function describedDestination(request: JsonObject): JsonObject {
  for (const kind of destinationKindNames) {
    for (const member of destinationKinds[kind].configurations) {
      const given = request[member];
      if (!isObject(given)) continue;
      return describeDestination({ kind, destination: normaliseDestination(given), sources: {} });
    }
  }
  return {};
}

function compare(here: JsonValue | undefined, file: JsonValue | undefined, path: string): Difference[] {
  if (path === "DestinationId") return [];
  if (isObject(here) && isObject(file)) {
    const shorter = here.ExtendedS3DestinationDescription && file.ExtendedS3DestinationDescription;
    const names = [...new Set([...Object.keys(here), ...Object.keys(file)])];
    return names
      .filter((name) => !(shorter && name === "S3DestinationDescription"))
      .flatMap((name) => compare(here[name], file[name], path === "" ? name : `${path}.${name}`));
  }
  if (JSON.stringify(here) === JSON.stringify(file)) return [];
  return [{ path, here, file }];
}

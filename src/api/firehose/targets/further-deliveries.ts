import { destinationTypes, findDestinationType } from "../../../destinations/registry.ts";
import type { ComponentSpec, DeliveryDefinition, RollPolicy } from "../../../model/delivery-definition.ts";
import { invariant } from "../../../std/assert.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { FurtherDestination, StreamSettings } from "../../../streams/settings.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import { extensionProcessors } from "../extension-processors.ts";
import type { DeclaredStream } from "../translate-parts.ts";
import { targetParts } from "./target-deliveries.ts";

/**
 * Deliveries of the setting `destinations`, beside those of the wire's one destination. Each has its own cursor, retries and
 * error output, runs the stream's chain for itself, and may add processors. Without words of its own it does as the
 * stream's destination does.
 */
export function furtherDeliveries(
  stream: DeclaredStream,
  own: readonly DeliveryDefinition[],
  { destinations = [], primary: primaryMode }: StreamSettings,
): readonly DeliveryDefinition[] {
  const [primary, ...others] = own;
  invariant(primary !== undefined, "a stream has a destination");
  const names = destinations.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`destinations: the name "${twice}" is there twice; each needs its own`);
  const further = destinations.map((one) => furtherDelivery(stream, primary, one));
  if (primaryMode !== "errors-only") return [primary, ...others, ...further];
  if (further.length === 0) throw invalid('primary: "errors-only" needs at least one entry of destinations');
  return [...others, ...further];
}

/** Until so much or so long has gathered, where neither the destination nor the stream says it: small and soon, as for AWS's. */
const ROLL_DEFAULT: RollPolicy = { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 60_000 };

/** As AWS tries (reference 2.1). */
const RETRY_MS_DEFAULT = 300_000;

function furtherDelivery(
  stream: DeclaredStream,
  primary: DeliveryDefinition,
  wanted: FurtherDestination,
): DeliveryDefinition {
  const { name, type, options, processors = [], filter, errors = {}, retry = RETRY_MS_DEFAULT } = wanted;
  const chosen = filter === undefined ? [] : [{ type: "filter", where: filter }];
  const { beforeLambda, afterLambda } = extensionProcessors(
    { processors: [...chosen, ...processors] },
    `destinations.${name}`,
  );
  const { bucket = primary.errorTarget ?? primary.target } = bucketOf(errors.bucket);
  const target = { type, options: checkedOptions(name, type, options) };
  const { prefix } = wanted;
  const { timeZone } = primary.naming;
  return {
    id: `destination-${name}`,
    kind: "primary",
    processors: [...withoutPlacing(primary), ...beforeLambda, ...afterLambda],
    compression: wanted.compression === undefined ? { type: "none" } : { type: wanted.compression },
    naming: {
      timeZone,
      ...(prefix === undefined ? {} : { prefix }),
      ...(errors.prefix === undefined ? inheritedErrors(primary) : { errorPrefix: errors.prefix }),
    },
    ...targetParts(target, bucket, true),
    ...(retry === "forever" || type === "object-store" ? {} : { retry: { forMs: retry } }),
    roll: rollOf(wanted, target),
    logging: { group: `/aws/kinesisfirehose/${stream.name}`, stream: `destination-${name}` },
  };
}

/** The stream's chain without what only sorts records into its own prefixes. */
function withoutPlacing({ processors }: DeliveryDefinition): readonly ComponentSpec[] {
  return processors.filter(({ type }) => type !== "extract-metadata" && type !== "partition-time");
}

function inheritedErrors({ naming: { errorPrefix } }: DeliveryDefinition) {
  return errorPrefix === undefined ? {} : { errorPrefix };
}

function bucketOf(bucket: string | undefined): { bucket?: ComponentSpec } {
  return bucket === undefined ? {} : { bucket: { type: "object-store", options: { bucket } } };
}

function rollOf(
  { "roll-size": bytes, "roll-age": ageMs, "roll-records": records }: FurtherDestination,
  { type, options }: ComponentSpec,
): RollPolicy {
  const gathered = findDestinationType(type)?.gathers?.(options);
  return {
    ...ROLL_DEFAULT,
    ...(gathered && { size: { bytes: gathered.bytes, measure: "raw" }, ageMs: gathered.ageMs }),
    ...(bytes === undefined ? {} : { size: { bytes, measure: "raw" as const } }),
    ...(ageMs === undefined ? {} : { ageMs }),
    ...(records === undefined ? {} : { records }),
  };
}

/** The options stay as they were written; the destination's own schema fills in defaults when one is made. */
function checkedOptions(name: string, type: string, options: JsonObject): JsonObject {
  const known = findDestinationType(type);
  if (known === undefined) {
    const types = destinationTypes.map((one) => one.type).join(", ");
    throw invalid(`destinations.${name}: expected a type of ${types}; got "${type}"`);
  }
  const parsed = known.optionsSchema.safeParse(options);
  if (parsed.success) return options;
  const problems = parsed.error.issues.map(({ path, message }) => `${["options", ...path].join(".")}: ${message}`);
  throw invalid(`destinations.${name}: ${problems.join("; ")}`);
}

function invalid(what: string): StreamError {
  return new StreamError("invalid", `Setting lakehose:${what}`);
}

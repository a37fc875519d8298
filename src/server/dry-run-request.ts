import type { JsonObject, JsonValue } from "../std/json.ts";

/**
 * A CreateDeliveryStream request that touches nothing outside: sources are left out, and a destination that is no bucket is
 * replaced by the bucket that it keeps its backup in, with the same processors. What is left out is said.
 */
export function withoutOutside(request: JsonObject): {
  readonly request: JsonObject;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const inside: JsonObject = {};
  for (const [name, value] of Object.entries(request)) {
    if (/Source(Configuration)?$/.test(name)) continue;
    if (name === "DeliveryStreamType") inside[name] = "DirectPut";
    else if (name === "lakehose" && isObject(value)) inside[name] = withoutFurther(value, warnings);
    else if (BUCKETS.has(name) || !name.endsWith("DestinationConfiguration") || !isObject(value)) inside[name] = value;
    else {
      inside.ExtendedS3DestinationConfiguration = bucketInPlaceOf(value);
      const kind = name.replace("DestinationConfiguration", "");
      warnings.push(`A dry run sends nothing out: what would go to ${kind} is written to a bucket, unconverted.`);
    }
  }
  return { request: inside, warnings };
}

const BUCKETS = new Set(["ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"]);

/** Settings that are about destinations which are not there. */
function withoutFurther(extensions: JsonObject, warnings: string[]): JsonObject {
  const { destinations, primary: _, "destination-options": __, ...inside } = extensions;
  if (destinations !== undefined) warnings.push("A dry run leaves further destinations out.");
  return inside;
}

function bucketInPlaceOf(destination: JsonObject): JsonObject {
  const { S3Configuration, ProcessingConfiguration } = destination;
  const bucket = isObject(S3Configuration) ? S3Configuration : {};
  return { ...bucket, ...(ProcessingConfiguration !== undefined && { ProcessingConfiguration }) };
}

/** The table whose columns a format conversion takes. */
export function schemaNamedBy(request: JsonObject): { readonly database: string; readonly name: string } | undefined {
  const destination = request.ExtendedS3DestinationConfiguration;
  const conversion = isObject(destination) ? destination.DataFormatConversionConfiguration : undefined;
  const schema = isObject(conversion) ? conversion.SchemaConfiguration : undefined;
  if (!isObject(schema) || typeof schema.TableName !== "string") return undefined;
  return {
    database: typeof schema.DatabaseName === "string" ? schema.DatabaseName : "default",
    name: schema.TableName,
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

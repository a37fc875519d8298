import { isObject } from "../../../api/firehose/normalise.ts";
import type { Shape, StructureShape } from "../../../api/protocol/shape.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";

/**
 * Terraform's words in those of the wire. Most names are the wire's in lower case with underscores, so they are found in
 * the shape itself; the provider has flattened or renamed some, and these stand in `MOVES`. Blocks are lists of one in
 * Terraform, and absent text is empty there.
 */
export function wireValue(shape: Shape, value: JsonValue): JsonValue {
  if (shape.type === "structure") {
    const block = Array.isArray(value) ? (value[0] ?? null) : value;
    return isObject(block) ? wireBlock(shape, block) : block;
  }
  if (shape.type === "list" && Array.isArray(value)) return value.map((member) => wireValue(shape.member, member));
  if (shape.type === "string" && value === "") return null;
  return value;
}

function wireBlock(shape: StructureShape, block: JsonObject): JsonObject {
  const wired: JsonObject = {};
  for (const [name, value] of Object.entries(block)) {
    if (isEmpty(value) || COMPUTED.has(name)) continue;
    const path = pathOf(shape, name);
    const target = path === undefined ? undefined : shapeAt(shape, path);
    // What is not known keeps its name, and is noted by whoever carries it over.
    if (path === undefined || target === undefined) wired[name] = value;
    else setAt(wired, path, wireValue(target, value));
  }
  return wired;
}

/** Members that Terraform reports and nobody sets. */
const COMPUTED = new Set(["vpc_id"]);

/** Where the provider's name is not the wire's: a path below the block. The first that the shape has is meant. */
const MOVES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  access_key: [["EndpointConfiguration", "AccessKey"]],
  buffer_interval: [["BufferingHints", "IntervalInSeconds"]],
  buffer_size: [["BufferingHints", "SizeInMBs"]],
  buffering_interval: [["BufferingHints", "IntervalInSeconds"]],
  buffering_size: [["BufferingHints", "SizeInMBs"]],
  catalog_arn: [["CatalogConfiguration", "CatalogARN"]],
  copy_options: [["CopyCommand", "CopyOptions"]],
  data_table_columns: [["CopyCommand", "DataTableColumns"]],
  data_table_name: [["CopyCommand", "DataTableName"]],
  database_name: [["DestinationDatabaseName"]],
  destination_table_configuration: [["DestinationTableConfigurationList"]],
  hec_acknowledgment_timeout: [["HECAcknowledgmentTimeoutInSeconds"]],
  kms_key_arn: [["EncryptionConfiguration", "KMSEncryptionConfig", "AWSKMSKeyARN"]],
  name: [["EndpointConfiguration", "Name"], ["AttributeName"]],
  retry_duration: [["RetryOptions", "DurationInSeconds"]],
  table_name: [["DestinationTableName"]],
  url: [["EndpointConfiguration", "Url"]],
  value: [["AttributeValue"]],
  vpc_config: [["VpcConfiguration"]],
};

function pathOf(shape: StructureShape, name: string): readonly string[] | undefined {
  const plain = name.replaceAll("_", "");
  const member = Object.keys(shape.members).find((one) => one.toLowerCase() === plain);
  if (member !== undefined) return [member];
  return MOVES[name]?.find((path) => shapeAt(shape, path) !== undefined);
}

function shapeAt(shape: StructureShape, path: readonly string[]): Shape | undefined {
  let at: Shape | undefined = shape;
  for (const name of path) at = at?.type === "structure" ? at.members[name] : undefined;
  return at;
}

function setAt(owner: JsonObject, path: readonly string[], value: JsonValue): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    owner[name] = value;
    return;
  }
  const part = owner[name];
  const inner = isObject(part) ? part : {};
  owner[name] = inner;
  setAt(inner, rest, value);
}

function isEmpty(value: JsonValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

import { isObject } from "../../../api/firehose/normalise.ts";
import { createDeliveryStreamRequest } from "../../../api/firehose/shapes/requests.ts";
import { tableInput } from "../../../api/glue/shapes/table-input.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";
import { completeStream, noteFunctionSettings } from "../complete-stream.ts";
import { completeTable } from "../complete-table.ts";
import { type Imported, ImportNotes } from "../imported.ts";
import { wireValue } from "./wire-names.ts";

/**
 * What `terraform show -json` prints, of a state or of a plan. A state knows all values; a plan does not know those that
 * only exist once it has been applied, and these are noted.
 */
export function fromTerraform(shown: JsonObject): Imported {
  const notes = new ImportNotes();
  const values = shown.values ?? shown.planned_values;
  const root = isObject(values) ? values.root_module : undefined;
  const resources = isObject(root) ? resourcesOf(root) : [];
  const unknown = unknownsOf(shown);
  const streams = ofType(resources, "aws_kinesis_firehose_delivery_stream").flatMap(({ address, values }) => {
    const request = requestOf(values, address, notes);
    noteUnknown(unknown.get(address), address, notes);
    return completeStream(request, address, notes) ?? [];
  });
  const tables = ofType(resources, "aws_glue_catalog_table").flatMap(({ address, values }) => {
    const { database_name: database = "", catalog_id: _, ...table } = values;
    const input = wireValue(tableInput, withoutComputed(table));
    return completeTable({ origin: address, database: String(database), input }, notes) ?? [];
  });
  for (const { address, values } of ofType(resources, "aws_lambda_function")) {
    const { runtime, handler, timeout, memory_size: memory } = values;
    noteFunctionSettings(address, { runtime, handler, timeout, memory }, notes);
  }
  for (const { address, type } of resources) {
    if (!CARRIED.has(type)) notes.add("lost", address, `${type} is not a part of a delivery stream`);
  }
  return { streams, tables, notes: notes.all() };
}

/** What is carried over, or is nothing but a name that others refer to. */
const CARRIED = new Set([
  "aws_kinesis_firehose_delivery_stream",
  "aws_glue_catalog_table",
  "aws_glue_catalog_database",
  "aws_s3_bucket",
  "aws_lambda_function",
]);

interface Resource {
  readonly address: string;
  readonly type: string;
  readonly values: JsonObject;
}

/** A module's resources and those of the modules below it. Data sources describe what is elsewhere. */
function resourcesOf(module: JsonObject): readonly Resource[] {
  const own = (Array.isArray(module.resources) ? module.resources : []).flatMap((resource) => {
    if (!isObject(resource) || resource.mode === "data" || !isObject(resource.values)) return [];
    return [{ address: String(resource.address), type: String(resource.type), values: resource.values }];
  });
  const children = Array.isArray(module.child_modules) ? module.child_modules : [];
  return [...own, ...children.flatMap((child) => (isObject(child) ? resourcesOf(child) : []))];
}

function ofType(resources: readonly Resource[], type: string): readonly Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** Blocks of destinations and sources, and what the request calls them. */
const BLOCKS: Readonly<Record<string, keyof typeof createDeliveryStreamRequest.members>> = {
  s3_configuration: "S3DestinationConfiguration",
  extended_s3_configuration: "ExtendedS3DestinationConfiguration",
  redshift_configuration: "RedshiftDestinationConfiguration",
  elasticsearch_configuration: "ElasticsearchDestinationConfiguration",
  opensearch_configuration: "AmazonopensearchserviceDestinationConfiguration",
  opensearchserverless_configuration: "AmazonOpenSearchServerlessDestinationConfiguration",
  splunk_configuration: "SplunkDestinationConfiguration",
  http_endpoint_configuration: "HttpEndpointDestinationConfiguration",
  snowflake_configuration: "SnowflakeDestinationConfiguration",
  iceberg_configuration: "IcebergDestinationConfiguration",
  kinesis_source_configuration: "KinesisStreamSourceConfiguration",
  msk_source_configuration: "MSKSourceConfiguration",
};

/** Reported of a stream rather than set, or said by the blocks themselves; `region` is that of the provider. */
const FACTS = new Set([
  "arn",
  "id",
  "destination",
  "destination_id",
  "version_id",
  "tags",
  "tags_all",
  "region",
  "timeouts",
]);

function requestOf(values: JsonObject, address: string, notes: ImportNotes): JsonObject {
  const request: JsonObject = {};
  for (const [name, value] of Object.entries(values)) {
    const member = BLOCKS[name];
    if (value === null || FACTS.has(name) || (Array.isArray(value) && value.length === 0)) continue;
    if (name === "name") request.DeliveryStreamName = value;
    else if (member !== undefined) request[member] = wireValue(createDeliveryStreamRequest.members[member], value);
    else if (name === "server_side_encryption") addEncryption(request, value);
    else notes.add("lost", `${address}.${name}`, "Lakehose does not know this argument");
  }
  // Until version 5 of the provider the S3 part of every other destination stood beside it.
  const { S3DestinationConfiguration: beside, ...others } = request;
  const destination = Object.entries(others).find(([member]) => member.endsWith("DestinationConfiguration"))?.[1];
  if (beside !== undefined && isObject(destination)) {
    delete request.S3DestinationConfiguration;
    destination.S3Configuration ??= beside;
  }
  if (request.KinesisStreamSourceConfiguration !== undefined) request.DeliveryStreamType = "KinesisStreamAsSource";
  if (request.MSKSourceConfiguration !== undefined) request.DeliveryStreamType = "MSKAsSource";
  const tags = isObject(values.tags_all) ? values.tags_all : values.tags;
  if (isObject(tags) && Object.keys(tags).length > 0) {
    request.Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  }
  return request;
}

function addEncryption(request: JsonObject, value: JsonValue): void {
  const block = Array.isArray(value) ? value[0] : value;
  if (!isObject(block) || block.enabled !== true) return;
  const { key_type: KeyType, key_arn: KeyARN } = block;
  request.DeliveryStreamEncryptionConfigurationInput = {
    KeyType: KeyType ?? "AWS_OWNED_CMK",
    ...(typeof KeyARN === "string" && KeyARN !== "" && { KeyARN }),
  };
}

const TABLE_FACTS = new Set(["arn", "id", "region", "partition_index", "open_table_format_input"]);

function withoutComputed(table: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !TABLE_FACTS.has(name)));
}

/** Of a plan: by address, what nobody knows before it has been applied. */
function unknownsOf(shown: JsonObject): ReadonlyMap<string, JsonValue> {
  const changes = Array.isArray(shown.resource_changes) ? shown.resource_changes : [];
  const unknown = changes.flatMap((resource) => {
    if (!isObject(resource) || !isObject(resource.change)) return [];
    return [[String(resource.address), resource.change.after_unknown ?? null] as const];
  });
  return new Map(unknown);
}

function noteUnknown(unknown: JsonValue | undefined, at: string, notes: ImportNotes): void {
  if (unknown === true) {
    const advice = "apply it, then show the state: terraform show -json";
    notes.add("lost", at, `a plan does not know it before it has been applied; ${advice}`);
  } else if (Array.isArray(unknown)) {
    for (const [index, member] of unknown.entries()) noteUnknown(member, `${at}[${index}]`, notes);
  } else if (isObject(unknown)) {
    for (const [name, member] of Object.entries(unknown)) {
      if (!FACTS.has(name)) noteUnknown(member, `${at}.${name}`, notes);
    }
  }
}

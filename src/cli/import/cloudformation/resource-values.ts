import type { JsonObject, JsonValue } from "../../../std/json.ts";
import { type Stack, type StackResource, UnknownValue } from "./stack.ts";

/**
 * What Ref and GetAtt give for resources that streams refer to. A name that the template leaves to CloudFormation is made
 * of the logical id, which is what it would begin with anyway; that is noted by the caller.
 */
export interface ResourceNaming {
  /** Evaluates a property; throws `UnknownValue`. */
  property(value: JsonValue): JsonValue;
  pseudo(name: string): string;
  /** Told of each name that was made up. */
  assumed(resource: string, name: string): void;
}

interface ResourceKind {
  /** Property that names it; absent for kinds that only have generated ids. */
  readonly nameProperty: readonly string[];
  ref(facts: ResourceFacts): string;
  readonly attributes: Readonly<Record<string, (facts: ResourceFacts) => string>>;
}

/** Partition, region and account are asked for only where they are in the value: each is an assumption to be told. */
interface ResourceFacts {
  readonly name: string;
  pseudo(name: string): string;
}

const nameOf = ({ name }: ResourceFacts) => name;
const arn =
  (service: string, resource: string) =>
  ({ name, pseudo }: ResourceFacts) =>
    `arn:${pseudo("AWS::Partition")}:${service}:${pseudo("AWS::Region")}:${pseudo("AWS::AccountId")}:${resource}${name}`;
const roleArn = ({ name, pseudo }: ResourceFacts) =>
  `arn:${pseudo("AWS::Partition")}:iam::${pseudo("AWS::AccountId")}:role/${name}`;
const bucketArn = ({ name, pseudo }: ResourceFacts) => `arn:${pseudo("AWS::Partition")}:s3:::${name}`;

const lambda: ResourceKind = {
  nameProperty: ["FunctionName"],
  ref: nameOf,
  attributes: { Arn: arn("lambda", "function:") },
};

const KINDS: Readonly<Record<string, ResourceKind>> = {
  "AWS::Glue::Database": { nameProperty: ["DatabaseInput", "Name"], ref: nameOf, attributes: {} },
  "AWS::Glue::Table": { nameProperty: ["TableInput", "Name"], ref: nameOf, attributes: {} },
  "AWS::IAM::Role": { nameProperty: ["RoleName"], ref: nameOf, attributes: { Arn: roleArn } },
  "AWS::KMS::Key": { nameProperty: [], ref: nameOf, attributes: { Arn: arn("kms", "key/"), KeyId: nameOf } },
  "AWS::Kinesis::Stream": { nameProperty: ["Name"], ref: nameOf, attributes: { Arn: arn("kinesis", "stream/") } },
  "AWS::KinesisFirehose::DeliveryStream": {
    nameProperty: ["DeliveryStreamName"],
    ref: nameOf,
    attributes: { Arn: arn("firehose", "deliverystream/") },
  },
  "AWS::Lambda::Function": lambda,
  "AWS::Logs::LogGroup": {
    nameProperty: ["LogGroupName"],
    ref: nameOf,
    attributes: { Arn: arn("logs", "log-group:") },
  },
  "AWS::Logs::LogStream": { nameProperty: ["LogStreamName"], ref: nameOf, attributes: {} },
  "AWS::OpenSearchService::Domain": {
    nameProperty: ["DomainName"],
    ref: nameOf,
    attributes: { Arn: arn("es", "domain/") },
  },
  "AWS::S3::Bucket": { nameProperty: ["BucketName"], ref: nameOf, attributes: { Arn: bucketArn } },
  "AWS::Serverless::Function": lambda,
};

export function refOf(stack: Stack, naming: ResourceNaming, id: string): string {
  const [kind, facts] = factsOf(stack, naming, id);
  return kind.ref(facts);
}

export function attributeOf(stack: Stack, naming: ResourceNaming, id: string, attribute: string): string {
  const [kind, facts] = factsOf(stack, naming, id);
  const read = Object.hasOwn(kind.attributes, attribute) ? kind.attributes[attribute] : undefined;
  if (read === undefined) throw new UnknownValue(`${attribute} of ${id} is known to the live stack only`);
  return read(facts);
}

function factsOf(stack: Stack, naming: ResourceNaming, id: string): [ResourceKind, ResourceFacts] {
  const resource = Object.hasOwn(stack.resources, id) ? stack.resources[id] : undefined;
  if (resource === undefined) throw new UnknownValue(`the template has neither a parameter nor a resource ${id}`);
  const kind = KINDS[resource.type];
  if (kind === undefined) throw new UnknownValue(`${id} (${resource.type}) is known to the live stack only`);
  return [kind, { pseudo: naming.pseudo, name: physicalName(resource, kind, naming, id) }];
}

function physicalName(resource: StackResource, kind: ResourceKind, naming: ResourceNaming, id: string): string {
  let value: JsonValue | undefined = resource.properties;
  for (const name of kind.nameProperty) value = memberOf(value, name);
  if (value !== undefined && kind.nameProperty.length > 0) {
    const given = naming.property(value);
    if (typeof given === "string" && given !== "") return given;
  }
  const name = resource.type === "AWS::S3::Bucket" ? bucketNameOf(id) : id;
  naming.assumed(id, name);
  return name;
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject)[name] : undefined;
}

/** S3 takes 3 to 63 small letters, digits and hyphens. */
function bucketNameOf(id: string): string {
  return id.toLowerCase().padEnd(3, "0").slice(0, 63);
}

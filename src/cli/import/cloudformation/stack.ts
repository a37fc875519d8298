import { isObject } from "../../../api/firehose/normalise.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";

/** A template with all that its functions refer to: parameters with their values, mappings, conditions, resources. */
export interface Stack {
  /** Values of `--parameter`, pseudo parameters under their own names (`AWS::Region`), exports under theirs. */
  readonly given: Readonly<Record<string, string>>;
  readonly parameters: JsonObject;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  readonly resources: Readonly<Record<string, StackResource>>;
}

export interface StackResource {
  readonly type: string;
  readonly properties: JsonObject;
  readonly condition?: string;
}

export function stackOf(template: JsonObject, given: Stack["given"]): Stack {
  const section = (name: string): JsonObject => {
    const value = template[name];
    return isObject(value) ? value : {};
  };
  const resources = Object.entries(section("Resources")).flatMap(([name, resource]) => {
    if (!isObject(resource)) return [];
    const { Type: type, Properties: properties, Condition: condition } = resource;
    const found: StackResource = {
      type: String(type),
      properties: isObject(properties) ? properties : {},
      ...(typeof condition === "string" && { condition }),
    };
    return [[name, found] as const];
  });
  return {
    given,
    parameters: section("Parameters"),
    mappings: section("Mappings"),
    conditions: section("Conditions"),
    resources: Object.fromEntries(resources),
  };
}

/** A value that nobody can know without the live stack. Caught where the property stands, which is then noted. */
export class UnknownValue extends Error {
  override readonly name = "UnknownValue";
}

const PSEUDO: Readonly<Record<string, JsonValue>> = {
  "AWS::AccountId": "000000000000",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::StackName": "imported",
  "AWS::StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/imported/0",
  "AWS::URLSuffix": "amazonaws.com",
};

/** The value of a parameter or pseudo parameter; `undefined` when there is none of that name. */
export function parameterValue(stack: Stack, name: string): JsonValue | undefined {
  const declared = stack.parameters[name];
  const { Type: type, Default: fallback } = isObject(declared) ? declared : {};
  const given = Object.hasOwn(stack.given, name) ? stack.given[name] : undefined;
  if (given !== undefined) return listed(type, given);
  if (Object.hasOwn(PSEUDO, name)) return PSEUDO[name];
  if (declared === undefined) return undefined;
  const advice = `give it as --parameter ${name}=VALUE`;
  // The default is then a name in the parameter store of the account, not a value.
  if (String(type).startsWith("AWS::SSM::Parameter::Value")) {
    throw new UnknownValue(`the parameter ${name} is kept in the parameter store: ${advice}`);
  }
  if (fallback === undefined) throw new UnknownValue(`the parameter ${name} has no default: ${advice}`);
  return listed(type, fallback);
}

function listed(type: JsonValue | undefined, value: JsonValue): JsonValue {
  const isList = type === "CommaDelimitedList" || String(type).startsWith("List<");
  return isList && typeof value === "string" ? value.split(",").map((one) => one.trim()) : value;
}

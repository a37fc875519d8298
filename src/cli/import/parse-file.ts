import type { CollectionTag, ScalarTag, Tags, YAMLMap, YAMLSeq } from "yaml";
import { isObject } from "../../api/firehose/normalise.ts";
import { reasonOf } from "../../model/errors.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { yaml } from "../../std/yaml.ts";
import { CliError } from "../cli-error.ts";

/** CloudFormation takes templates of 1 MB; the state of a whole company in Terraform is larger, and still text. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Text of a template as plain JSON values. JSON is YAML, and CloudFormation's short tags become their long forms. */
export function parseFile(text: string, file: string): JsonObject | readonly JsonObject[] {
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) {
    throw new CliError(`${file} is larger than ${FILE_BYTES_MAX / 1024 ** 2} MiB: that is no template`);
  }
  const value = text.trimStart().startsWith("{") ? parseJson(text, file) : parseYaml(text, file);
  if (isObject(value)) return value;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new CliError(`${file}: expected a template or a description, got ${value === null ? "nothing" : typeof value}`);
}

/** Not as YAML first: that library takes seconds for the megabytes that `terraform show` prints. */
function parseJson(text: string, file: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return parseYaml(text, file);
  }
}

function parseYaml(text: string, file: string): JsonValue {
  try {
    return yaml().parse(text, { customTags: shortTags(), merge: true }) as JsonValue;
  } catch (error) {
    throw new CliError(`${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Functions whose short tag is not `!NAME` for `Fn::NAME`. */
const WITHOUT_PREFIX = new Set(["Ref", "Condition"]);

const FUNCTIONS = [
  "And",
  "Base64",
  "Cidr",
  "Condition",
  "Equals",
  "FindInMap",
  "GetAZs",
  "GetAtt",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Ref",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
] as const;

/** `!Sub "x"` is `{"Fn::Sub": "x"}`, and so for sequences and maps. */
function shortTags(): Tags {
  const { YAMLMap: Mapping, Pair, Scalar } = yaml();
  return FUNCTIONS.flatMap((name) => {
    const tag = `!${name}`;
    const long = WITHOUT_PREFIX.has(name) ? name : `Fn::${name}`;
    const wrap = (collection: YAMLMap.Parsed | YAMLSeq.Parsed | YAMLMap | YAMLSeq) => {
      const wrapped = new Mapping();
      wrapped.items.push(new Pair(new Scalar(long), collection));
      return wrapped;
    };
    const scalar: ScalarTag = { tag, resolve: (text) => ({ [long]: text }) };
    const sequence: CollectionTag = { tag, collection: "seq", resolve: wrap };
    const map: CollectionTag = { tag, collection: "map", resolve: wrap };
    return [scalar, sequence, map];
  });
}

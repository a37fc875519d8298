import { isObject } from "../../api/firehose/normalise.ts";
import type { JsonObject } from "../../std/json.ts";
import { CliError } from "../cli-error.ts";
import { fromCloudFormation } from "./cloudformation/from-cloudformation.ts";
import { completeStream } from "./complete-stream.ts";
import { fromDescription } from "./from-description.ts";
import { type Imported, ImportNotes } from "./imported.ts";
import { parseFile } from "./parse-file.ts";
import { fromTerraform } from "./terraform/from-terraform.ts";

/**
 * Streams from what people have of them elsewhere. What a file is, its content says:
 *
 *     template, hand-written or by the CDK   Resources            cloudformation/
 *     terraform show -json                   terraform_version    terraform/
 *     describe-delivery-stream               DeliveryStreamDescription, one or a list of them
 *
 * Each kind comes to requests in the words of CreateDeliveryStream; `carryValue` then takes what the API has room for and
 * notes the rest.
 */
export function importFile(text: string, file: string, parameters: Readonly<Record<string, string>>): Imported {
  const content = parseFile(text, file);
  if (!Array.isArray(content)) {
    const template = content as JsonObject;
    if (isObject(template.Resources)) return fromCloudFormation(template, parameters);
    if (typeof template.terraform_version === "string") return fromTerraform(template);
  }
  const descriptions = (Array.isArray(content) ? content : [content]).map(descriptionIn);
  if (descriptions.every((one) => one !== undefined)) return fromDescriptions(descriptions);
  const expected = "a CloudFormation template, terraform show -json, or the output of describe-delivery-stream";
  throw new CliError(`${file}: expected ${expected}; it has ${Object.keys(content).slice(0, 5).join(", ")}`);
}

function descriptionIn(value: JsonObject): JsonObject | undefined {
  const { DeliveryStreamDescription: description = value } = value;
  return isObject(description) && Array.isArray(description.Destinations) ? description : undefined;
}

function fromDescriptions(descriptions: readonly JsonObject[]): Imported {
  const notes = new ImportNotes();
  const streams = descriptions.flatMap((description) => {
    const origin = String(description.DeliveryStreamName);
    return completeStream(fromDescription(description, origin, notes), origin, notes) ?? [];
  });
  return { streams, tables: [], notes: notes.all() };
}

import type { ComponentSpec } from "../../model/delivery-definition.ts";
import { processors } from "../../processors/registry.ts";
import type { JsonObject } from "../../std/json.ts";
import type { StreamSettings } from "../../streams/settings.ts";
import { StreamError } from "../../streams/stream-error.ts";

/** The processors of `lakehose:processors`, split at the stream's Lambda function. */
export interface ExtensionProcessors {
  readonly beforeLambda: readonly ComponentSpec[];
  readonly afterLambda: readonly ComponentSpec[];
}

/** Checks each entry by the schema of its type. Throws `StreamError` `invalid` that names the entry and what is wrong. */
export function extensionProcessors(
  { processors: wanted = [] }: Pick<StreamSettings, "processors">,
  place = "processors",
): ExtensionProcessors {
  const beforeLambda: ComponentSpec[] = [];
  const afterLambda: ComponentSpec[] = [];
  for (const [index, { type, before, ...options }] of wanted.entries()) {
    const spec = checkedSpec(`Setting lakehose:${place}.${index}`, type, options as JsonObject);
    (before === "lambda" ? beforeLambda : afterLambda).push(spec);
  }
  return { beforeLambda, afterLambda };
}

/** What the setting `lambda` changes in the options of the processor `lambda`. */
export function lambdaSettingOptions({ lambda = {} }: StreamSettings): JsonObject {
  const options: JsonObject = {};
  if (lambda["buffer-size"] !== undefined) options.bufferBytes = lambda["buffer-size"];
  if (lambda["payload-size"] !== undefined) options.payloadBytesMax = lambda["payload-size"];
  if (lambda.concurrency !== undefined) options.concurrency = lambda.concurrency;
  if (lambda["fan-out"] !== undefined) options.fanOut = lambda["fan-out"];
  return options;
}

/** The options stay as they were written; the processor's own schema fills in defaults when one is made. */
function checkedSpec(place: string, type: string, options: JsonObject): ComponentSpec {
  const definition = processors.find((candidate) => candidate.type === type);
  if (definition === undefined) {
    const known = processors.map((candidate) => candidate.type).join(", ");
    throw new StreamError("invalid", `${place}: expected a type of ${known}; got "${type}"`);
  }
  const parsed = definition.optionsSchema.safeParse(options);
  if (parsed.success) return { type, options };
  const problems = parsed.error.issues.map(({ path, message }) => `${[type, ...path].join(".")}: ${message}`);
  throw new StreamError("invalid", `${place}: ${problems.join("; ")}`);
}

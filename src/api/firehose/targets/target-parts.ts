import type { z } from "zod";
import type { ComponentSpec } from "../../../model/delivery-definition.ts";
import type { JsonObject } from "../../../std/json.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import { hasProcessor } from "../processors.ts";
import type { HttpEndpointConfiguration } from "../wire-types.ts";

type Processed = Pick<HttpEndpointConfiguration, "ProcessingConfiguration">;
type Managed = Pick<HttpEndpointConfiguration, "SecretsManagerConfiguration">;

/** What AppendDelimiterToRecord writes behind each record. */
export function delimiterOf({ ProcessingConfiguration: processing }: Processed): string {
  return hasProcessor(processing, "AppendDelimiterToRecord") ? "\n" : "";
}

/** The secret that the configuration keeps under the ARN of Secrets Manager, where it is to be used. */
export function managedSecret({ SecretsManagerConfiguration: managed }: Managed): { secret: string } | undefined {
  if (managed?.Enabled !== true) return undefined;
  if (managed.SecretARN === undefined) {
    throw new StreamError("invalid", "SecretsManagerConfiguration.SecretARN must be set when Enabled is true");
  }
  return { secret: managed.SecretARN };
}

/** Refuses what the shape lets pass and the destination does not take, in the names of the wire. */
export function checkedTarget(
  type: string,
  options: JsonObject,
  schema: z.ZodType,
  wireNames: Readonly<Record<string, string>>,
): ComponentSpec {
  const parsed = schema.safeParse(options);
  if (parsed.success) return { type, options };
  const problems = parsed.error.issues.map(({ path: [name = "", ...rest], message }) =>
    [[wireNames[String(name)] ?? String(name), ...rest].join("."), message].join(": "),
  );
  throw new StreamError("invalid", problems.join("; "));
}

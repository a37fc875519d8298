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

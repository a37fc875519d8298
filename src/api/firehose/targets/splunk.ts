import type { JsonObject } from "../../../std/json.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import { destinationKinds } from "../destination-kinds.ts";
import type { SplunkConfiguration } from "../wire-types.ts";
import { targetKind } from "./target-kind.ts";
import { delimiterOf, managedSecret } from "./target-parts.ts";

/** SplunkDestinationConfiguration (reference 2.5). */
export const splunkTarget = targetKind<SplunkConfiguration>({
  backupAll: "AllEvents",
  target: (destination) => {
    const { HECEndpoint, HECEndpointType, HECAcknowledgmentTimeoutInSeconds: seconds } = destination;
    const options: JsonObject = {
      endpoint: HECEndpoint,
      endpointType: HECEndpointType === "Raw" ? "raw" : "event",
      ...tokenOf(destination),
      acknowledgementMs: 1000 * (seconds ?? Number(destinationKinds.Splunk.defaults.HECAcknowledgmentTimeoutInSeconds)),
      delimiter: delimiterOf(destination),
    };
    return { type: "splunk", options };
  },
});

function tokenOf(destination: SplunkConfiguration): JsonObject {
  const managed = managedSecret(destination);
  if (managed !== undefined) return { token: managed, tokenMember: "hec_token" };
  const { HECToken: token = "" } = destination;
  if (token !== "") return { token };
  throw new StreamError("invalid", "HECToken must be set, or SecretsManagerConfiguration with Enabled true");
}

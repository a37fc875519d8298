import type { JsonObject } from "../../../std/json.ts";
import type { HttpEndpointConfiguration } from "../wire-types.ts";
import { targetKind } from "./target-kind.ts";
import { delimiterOf, managedSecret } from "./target-parts.ts";

/** HttpEndpointDestinationConfiguration (reference 2.6). */
export const httpEndpointTarget = targetKind<HttpEndpointConfiguration>({
  backupAll: "AllData",
  target: (destination) => {
    const { EndpointConfiguration: endpoint, RequestConfiguration: request = {} } = destination;
    const { CommonAttributes: attributes = [] } = request;
    const options: JsonObject = { url: endpoint.Url, ...keyOf(destination), delimiter: delimiterOf(destination) };
    if (request.ContentEncoding === "GZIP") options.contentEncoding = "gzip";
    if (attributes.length > 0) {
      options.commonAttributes = Object.fromEntries(
        attributes.map(({ AttributeName, AttributeValue }) => [AttributeName, AttributeValue]),
      );
    }
    return { type: "http-endpoint", options };
  },
});

function keyOf(destination: HttpEndpointConfiguration): JsonObject {
  const managed = managedSecret(destination);
  if (managed !== undefined) return { accessKey: managed, accessKeyMember: "api_key" };
  const { AccessKey: key = "" } = destination.EndpointConfiguration;
  return key === "" ? {} : { accessKey: key };
}

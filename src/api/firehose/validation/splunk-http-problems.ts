import type { HttpEndpointConfiguration, SplunkConfiguration } from "../wire-types.ts";
import type { Problems } from "./problems.ts";
import { processorProblems } from "./processor-problems.ts";
import { s3Problems } from "./s3-problems.ts";

export function* splunkProblems(destination: SplunkConfiguration, before?: SplunkConfiguration): Problems {
  if (!/^https:\/\/[^\s/:?#]+:\d{1,5}$/.test(destination.HECEndpoint)) {
    yield "Invalid HECEndpoint. Supported endpoint format is https://<domain>:<port>.";
  }
  yield* s3Problems(destination.S3Configuration);
  yield* processorProblems(destination, before);
}

export function* httpEndpointProblems(
  destination: HttpEndpointConfiguration,
  before?: HttpEndpointConfiguration,
): Problems {
  const names = (destination.RequestConfiguration?.CommonAttributes ?? []).map((one) => one.AttributeName);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) yield `Http Endpoint Common Attributes have duplicate name ${duplicate}`;
  yield* s3Problems(destination.S3Configuration);
  yield* processorProblems(destination, before);
}

import type { DestinationKindName } from "../destination-kinds.ts";
import { httpEndpointTarget } from "./http-endpoint.ts";
import { elasticsearchTarget, openSearchServerlessTarget, openSearchTarget } from "./opensearch.ts";
import { redshiftTarget } from "./redshift.ts";
import { splunkTarget } from "./splunk.ts";
import type { TargetKind } from "./target-kind.ts";

/** Destinations of the wire that are no S3 bucket, and are delivered. */
export const targetKinds: Readonly<Partial<Record<DestinationKindName, TargetKind>>> = {
  AmazonOpenSearchServerless: openSearchServerlessTarget,
  Amazonopensearchservice: openSearchTarget,
  Elasticsearch: elasticsearchTarget,
  HttpEndpoint: httpEndpointTarget,
  Splunk: splunkTarget,
  Redshift: redshiftTarget,
};

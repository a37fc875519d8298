import type { OpenSearchConfiguration, ServerlessConfiguration } from "../wire-types.ts";
import type { Problems } from "./problems.ts";
import { processorProblems } from "./processor-problems.ts";
import { s3Problems } from "./s3-problems.ts";

/** Elasticsearch: types exist up to version 6, and the version is not known here. */
export function* elasticsearchProblems(
  destination: OpenSearchConfiguration,
  before?: OpenSearchConfiguration,
): Problems {
  const { ClusterEndpoint, DomainARN } = destination;
  if (ClusterEndpoint === undefined && DomainARN === undefined) {
    yield "Provide either the Elasticsearch cluster endpoint or domain arn.";
  }
  if (ClusterEndpoint !== undefined && DomainARN !== undefined) {
    yield "Cannot provide both Elasticsearch cluster endpoint and domain ARN. Provide only one of them.";
  }
  yield* s3Problems(destination.S3Configuration);
  yield* processorProblems(destination, before);
}

export function* openSearchProblems(destination: OpenSearchConfiguration, before?: OpenSearchConfiguration): Problems {
  if ((destination.TypeName ?? "") !== "") {
    yield "Types are deprecated in Elasticsearch version 7+ and all OpenSearch versions. TypeName must be empty.";
  }
  yield* elasticsearchProblems(destination, before);
}

export function* serverlessProblems(destination: ServerlessConfiguration, before?: ServerlessConfiguration): Problems {
  yield* s3Problems(destination.S3Configuration);
  yield* processorProblems(destination, before);
}

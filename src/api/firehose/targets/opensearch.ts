import type { JsonObject } from "../../../std/json.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import type { OpenSearchConfiguration, ServerlessConfiguration } from "../wire-types.ts";
import { targetKind } from "./target-kind.ts";

type Period = NonNullable<OpenSearchConfiguration["IndexRotationPeriod"]>;

const ROTATIONS: Readonly<Record<Period, string>> = {
  NoRotation: "none",
  OneHour: "hour",
  OneDay: "day",
  OneWeek: "week",
  OneMonth: "month",
};

/** `search-logs-abc.eu-west-1.es.amazonaws.com`, `abc.eu-west-1.aoss.amazonaws.com`. */
const AMAZON_HOST = /\.(?<region>[a-z0-9-]+)\.(?<service>es|aoss)\.amazonaws\.com(\.cn)?$/;

/** Failed records of the first name that the service had lie where they always did (reference 5.3). */
export const elasticsearchTarget = targetKind<OpenSearchConfiguration>({
  backupAll: "AllDocuments",
  errorType: "elasticsearch-failed",
  target: (destination) => ({ type: "opensearch", options: domainOptions(destination) }),
});

export const openSearchTarget = targetKind<OpenSearchConfiguration>({
  backupAll: "AllDocuments",
  target: (destination) => ({ type: "opensearch", options: domainOptions(destination) }),
});

/** Collections know neither rotation nor types, and ids are the service's business (reference 2.4). */
export const openSearchServerlessTarget = targetKind<ServerlessConfiguration>({
  backupAll: "AllDocuments",
  target: ({ CollectionEndpoint: endpoint, IndexName: index }) => {
    if (endpoint === undefined) {
      throw new StreamError(
        "invalid",
        "Lakehose needs the CollectionEndpoint of an OpenSearch Serverless destination.",
      );
    }
    return { type: "opensearch", options: { ...reached(endpoint), index, serverless: true } };
  },
});

/** `VpcConfiguration` says from which network AWS would come; Lakehose is where it is. */
function domainOptions(destination: OpenSearchConfiguration): JsonObject {
  const { ClusterEndpoint, DomainARN, IndexName, TypeName, IndexRotationPeriod, DocumentIdOptions } = destination;
  const { DefaultDocumentIdFormat: format = "FIREHOSE_DEFAULT" } = DocumentIdOptions ?? {};
  return {
    ...reached(ClusterEndpoint ?? DomainARN ?? ""),
    index: IndexName,
    rotation: ROTATIONS[IndexRotationPeriod ?? "OneDay"],
    documentId: format === "NO_DOCUMENT_ID" ? "none" : "stable",
    ...(TypeName === undefined || TypeName === "" ? {} : { typeName: TypeName }),
  };
}

/** What is at Amazon's takes signed requests alone. */
function reached(endpoint: string): JsonObject {
  const { region, service } = AMAZON_HOST.exec(URL.parse(endpoint)?.hostname ?? "")?.groups ?? {};
  if (region === undefined || service === undefined) return { endpoint };
  return { endpoint, auth: { type: "sigv4", service, region } };
}

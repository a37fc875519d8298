import { readLocation } from "../../catalog/location.ts";
import type { ResultSettings } from "../../query/executions/result-settings.ts";
import type { WorkGroup } from "../../query/executions/work-groups.ts";
import { PRIMARY } from "../../query/primary-work-group.ts";
import { requirePermission } from "../protocol/authenticator.ts";
import type { Operation, OperationRequest } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput, invalidRequest } from "./athena-context.ts";
import { requireDataCatalog } from "./data-catalog.ts";
import { resultSettingsOf } from "./result-mapping.ts";
import { startQueryExecutionRequest } from "./shapes/requests.ts";

/**
 * StartQueryExecution request  => QueryString, ClientRequestToken?, QueryExecutionContext?, ResultConfiguration?, WorkGroup?,
 *                                 ExecutionParameters?, …
 * StartQueryExecution response => QueryExecutionId
 *
 * A place for results that the caller names has to be one that the caller may write to; that of the work group was chosen by
 * whoever may change the work group, also when the caller repeats it (awswrangler does).
 */
export function startQueryExecution({ executions, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.StartQueryExecution",
    service: "athena",
    async handle(request) {
      const input = checkInput(startQueryExecutionRequest, request);
      const { WorkGroup: name = PRIMARY, QueryExecutionContext: context = {}, ClientRequestToken: token } = input;
      authorizeWorkGroup(request, name);
      const group = workGroups.get(name);
      if (!group.enabled) throw invalidRequest(`WorkGroup ${name} is disabled.`);
      if (context.Catalog !== undefined) requireDataCatalog(context.Catalog);
      const own = resultSettingsOf(input.ResultConfiguration, request.caller.accountId);
      const { id } = await executions.start({
        sql: input.QueryString,
        parameters: input.ExecutionParameters ?? [],
        database: databaseOf(context.Database),
        workGroup: name,
        results: placeOf(request, group, own),
        ...limitOf(group),
        // Tokens of one caller's mean nothing to another.
        ...(token !== undefined && { token: `${request.caller.principal}/${token}` }),
      });
      return { QueryExecutionId: id };
    },
  };
}

/** Names are given as they are, and also in the quotes that Hive has for them (awswrangler does so). */
function databaseOf(name = "default"): string {
  return name.replace(/^`(.+)`$/s, "$1").toLowerCase();
}

function limitOf({ hints: { BytesScannedCutoffPerQuery: bytes } }: WorkGroup) {
  return typeof bytes === "number" ? { scannedBytesMax: bytes } : {};
}

function placeOf(request: OperationRequest, group: WorkGroup, own: ResultSettings) {
  const settings = group.enforced ? group.results : { ...group.results, ...own };
  const { location } = settings;
  if (location === undefined) {
    throw invalidRequest(
      "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
    );
  }
  const folder = readLocation(location);
  if (folder === undefined)
    throw invalidRequest(`outputLocation is not a valid S3 path: expected s3://bucket/folder/, got ${location}`);
  if (location !== group.results.location) {
    requirePermission(request.caller, "s3:PutObject", `arn:aws:s3:::${folder.bucket}/${folder.prefix}*`);
  }
  return { ...settings, location };
}

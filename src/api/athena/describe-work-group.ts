import type { WorkGroup } from "../../query/executions/work-groups.ts";
import type { JsonObject } from "../../std/json.ts";
import { ENGINE_VERSION } from "./athena-context.ts";
import { describeResultSettings } from "./result-mapping.ts";

export function summarizeWorkGroup({ name, description, enabled, createdAt }: WorkGroup): JsonObject {
  return {
    Name: name,
    State: enabled ? "ENABLED" : "DISABLED",
    ...(description !== undefined && { Description: description }),
    CreationTime: createdAt / 1000,
    EngineVersion: ENGINE_VERSION,
  };
}

export function describeWorkGroup(group: WorkGroup): JsonObject {
  const { EngineVersion, ...summary } = summarizeWorkGroup(group);
  return {
    ...summary,
    Configuration: {
      PublishCloudWatchMetricsEnabled: false,
      RequesterPaysEnabled: false,
      EnforceWorkGroupConfiguration: group.enforced,
      ResultConfiguration: describeResultSettings(group.results),
      ManagedQueryResultsConfiguration: { Enabled: false },
      EngineVersion: EngineVersion ?? null,
      ...group.hints,
    },
  };
}

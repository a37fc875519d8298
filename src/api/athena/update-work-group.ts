import type { WorkGroup } from "../../query/executions/work-groups.ts";
import type { Operation } from "../protocol/operation.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { resultSettingsOf } from "./result-mapping.ts";
import { updateWorkGroupRequest } from "./shapes/requests.ts";
import { hintsOf, refuseManagedResults } from "./work-group-hints.ts";

/**
 * UpdateWorkGroup request  => WorkGroup, Description?, ConfigurationUpdates?, State?
 * UpdateWorkGroup response => {}
 *
 * What is not named stays.
 */
export function updateWorkGroup({ workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.UpdateWorkGroup",
    service: "athena",
    async handle(request) {
      const input = checkInput(updateWorkGroupRequest, request);
      const { WorkGroup: name, Description: description, State: state, ConfigurationUpdates: updates = {} } = input;
      authorizeWorkGroup(request, name);
      refuseManagedResults(updates.ManagedQueryResultsConfigurationUpdates);
      const { accountId } = request.caller;
      await workGroups.update(name, (present) => ({
        ...present,
        ...(description !== undefined && { description }),
        enabled: state === undefined ? present.enabled : state === "ENABLED",
        enforced: updates.EnforceWorkGroupConfiguration ?? present.enforced,
        results: changedResults(present.results, updates.ResultConfigurationUpdates, accountId),
        hints: changedHints(present.hints, updates),
      }));
      return {};
    },
  };
}

type Updates = NonNullable<ShapeValue<typeof updateWorkGroupRequest>["ConfigurationUpdates"]>;

function changedResults(
  present: WorkGroup["results"],
  updates: Updates["ResultConfigurationUpdates"] = {},
  accountId: string,
): WorkGroup["results"] {
  const { location, encryption, acl } = present;
  return {
    ...(location !== undefined && updates.RemoveOutputLocation !== true && { location }),
    ...(encryption !== undefined && updates.RemoveEncryptionConfiguration !== true && { encryption }),
    ...(acl !== undefined && updates.RemoveAclConfiguration !== true && { acl }),
    ...resultSettingsOf(updates, accountId),
  };
}

function changedHints(present: WorkGroup["hints"], updates: Updates): WorkGroup["hints"] {
  const { BytesScannedCutoffPerQuery: cutoff, ...others } = present;
  const kept = updates.RemoveBytesScannedCutoffPerQuery === true || cutoff === undefined ? others : present;
  return { ...kept, ...hintsOf(updates) };
}

import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { resultSettingsOf } from "./result-mapping.ts";
import { createWorkGroupRequest } from "./shapes/requests.ts";
import { hintsOf, refuseManagedResults } from "./work-group-hints.ts";

/**
 * CreateWorkGroup request  => Name, Configuration?, Description?, Tags?
 * CreateWorkGroup response => {}
 *
 * Unless told otherwise its configuration is enforced, as Athena has it.
 */
export function createWorkGroup({ workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.CreateWorkGroup",
    service: "athena",
    async handle(request) {
      const {
        Name: name,
        Configuration: configuration = {},
        Description: description,
        Tags: tags = [],
      } = checkInput(createWorkGroupRequest, request);
      authorizeWorkGroup(request, name);
      refuseManagedResults(configuration.ManagedQueryResultsConfiguration);
      await workGroups.create({
        name,
        ...(description !== undefined && { description }),
        enabled: true,
        enforced: configuration.EnforceWorkGroupConfiguration ?? true,
        results: resultSettingsOf(configuration.ResultConfiguration, request.caller.accountId),
        hints: hintsOf(configuration),
        tags: Object.fromEntries(tags.map(({ Key, Value = "" }) => [Key, Value])),
      });
      return {};
    },
  };
}

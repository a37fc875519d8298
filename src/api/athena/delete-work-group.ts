import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput, invalidRequest } from "./athena-context.ts";
import { deleteWorkGroupRequest } from "./shapes/requests.ts";

/**
 * DeleteWorkGroup request  => WorkGroup, RecursiveDeleteOption?
 * DeleteWorkGroup response => {}
 *
 * With RecursiveDeleteOption its saved queries, its prepared statements and its history go too; results stay in their buckets.
 */
export function deleteWorkGroup({ executions, prepared, savedQueries, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.DeleteWorkGroup",
    service: "athena",
    async handle(request) {
      const { WorkGroup: name, RecursiveDeleteOption: recursive } = checkInput(deleteWorkGroupRequest, request);
      authorizeWorkGroup(request, name);
      workGroups.get(name);
      const saved = savedQueries.list(name);
      const statements = prepared.list(name);
      if (recursive !== true && saved.length + statements.length + executions.list(name).length > 0) {
        throw invalidRequest(`WorkGroup ${name} is not empty: RecursiveDeleteOption deletes what is in it`);
      }
      await workGroups.delete(name);
      for (const { id } of saved) await savedQueries.delete(id);
      for (const statement of statements) await prepared.delete(name, statement.name);
      await executions.forget(name);
      return {};
    },
  };
}

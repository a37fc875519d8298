import { PRIMARY } from "../../query/primary-work-group.ts";
import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { createNamedQueryRequest } from "./shapes/requests.ts";

/**
 * CreateNamedQuery request  => Name, Database, QueryString, Description?, WorkGroup?, ClientRequestToken?
 * CreateNamedQuery response => NamedQueryId
 *
 * The text is kept as it is; whether it can be run is found out when it is.
 */
export function createNamedQuery({ savedQueries, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.CreateNamedQuery",
    service: "athena",
    async handle(request) {
      const input = checkInput(createNamedQueryRequest, request);
      const { WorkGroup: workGroup = PRIMARY, ClientRequestToken: token, Description: description } = input;
      authorizeWorkGroup(request, workGroup);
      workGroups.get(workGroup);
      const { id } = await savedQueries.create({
        name: input.Name,
        ...(description !== undefined && { description }),
        database: input.Database,
        sql: input.QueryString,
        workGroup,
        // Tokens of one caller's mean nothing to another.
        ...(token !== undefined && { token: `${request.caller.principal}/${token}` }),
      });
      return { NamedQueryId: id };
    },
  };
}

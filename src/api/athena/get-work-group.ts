import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { describeWorkGroup } from "./describe-work-group.ts";
import { workGroupRequest } from "./shapes/requests.ts";

/**
 * GetWorkGroup request  => WorkGroup
 * GetWorkGroup response => WorkGroup
 */
export function getWorkGroup({ workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetWorkGroup",
    service: "athena",
    handle(request) {
      const { WorkGroup: name } = checkInput(workGroupRequest, request);
      authorizeWorkGroup(request, name);
      return { WorkGroup: describeWorkGroup(workGroups.get(name)) };
    },
  };
}

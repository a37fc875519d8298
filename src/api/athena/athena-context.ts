import type { Catalog } from "../../catalog/catalog.ts";
import type { Execution } from "../../query/executions/execution.ts";
import type { Executions } from "../../query/executions/executions.ts";
import type { SavedQueries, SavedQuery } from "../../query/executions/saved-queries.ts";
import type { WorkGroups } from "../../query/executions/work-groups.ts";
import type { PreparedStatements } from "../../query/prepared/prepared-statements.ts";
import { arnOf } from "../protocol/caller.ts";
import type { OperationRequest } from "../protocol/operation.ts";
import type { Paging } from "../protocol/paging.ts";
import { checkShape, type Shape, type ShapeValue } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";

/** What the operations of Athena work on. */
export interface AthenaContext {
  readonly catalog: Catalog;
  readonly executions: Executions;
  readonly workGroups: WorkGroups;
  readonly savedQueries: SavedQueries;
  readonly prepared: PreparedStatements;
}

export const ATHENA_PAGING: Paging = { itemsDefault: 50, invalidToken: "InvalidRequestException" };

/** The only engine that clients of today know. */
export const ENGINE_VERSION = {
  SelectedEngineVersion: "AUTO",
  EffectiveEngineVersion: "Athena engine version 3",
} as const;

export function invalidRequest(message: string): WireError {
  return new WireError("InvalidRequestException", message, { members: { AthenaErrorCode: "INVALID_INPUT" } });
}

/** The request as its shape describes it; Athena has its own name for broken constraints. */
export function checkInput<const S extends Shape>(shape: S, request: OperationRequest): ShapeValue<S> {
  try {
    return checkShape(shape, request.json());
  } catch (error) {
    throw error instanceof WireError && error.code === "ValidationException" ? invalidRequest(error.message) : error;
  }
}

/** Asks for the permission to do this operation in a work group, or in all of them. */
export function authorizeWorkGroup(request: OperationRequest, name = "*"): string {
  return request.authorize(arnOf(request.caller, "athena", `workgroup/${name}`));
}

/** An execution, once the caller may ask for it. Of ids that nobody has, those learn who may ask for all work groups. */
export function requireExecution({ executions }: AthenaContext, request: OperationRequest, id: string): Execution {
  const execution = executions.get(id);
  authorizeWorkGroup(request, execution?.workGroup);
  if (execution === undefined) throw invalidRequest(`QueryExecution ${id} was not found`);
  return execution;
}

/** A saved query, under the same rule. */
export function requireSavedQuery({ savedQueries }: AthenaContext, request: OperationRequest, id: string): SavedQuery {
  const query = savedQueries.get(id);
  authorizeWorkGroup(request, query?.workGroup);
  if (query === undefined) throw invalidRequest(`NamedQuery ${id} was not found`);
  return query;
}

import type { SavedQuery } from "../../query/executions/saved-queries.ts";
import type { JsonObject } from "../../std/json.ts";

/** NamedQuery. */
export function describeNamedQuery({ id, name, description, database, sql, workGroup }: SavedQuery): JsonObject {
  return {
    NamedQueryId: id,
    Name: name,
    ...(description !== undefined && { Description: description }),
    Database: database,
    QueryString: sql,
    WorkGroup: workGroup,
  };
}

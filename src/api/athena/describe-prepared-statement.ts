import type { PreparedStatement } from "../../query/prepared/prepared-statements.ts";
import type { JsonObject } from "../../std/json.ts";

export function describePreparedStatement({
  name,
  sql,
  workGroup,
  description,
  changedAt,
}: PreparedStatement): JsonObject {
  return {
    StatementName: name,
    QueryStatement: sql,
    WorkGroupName: workGroup,
    ...(description !== undefined && { Description: description }),
    LastModifiedTime: changedAt / 1000,
  };
}

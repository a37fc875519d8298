import type { Operation } from "../protocol/operation.ts";
import type { AthenaContext } from "./athena-context.ts";
import { batchGetNamedQuery } from "./batch-get-named-query.ts";
import { batchGetPreparedStatement } from "./batch-get-prepared-statement.ts";
import { batchGetQueryExecution } from "./batch-get-query-execution.ts";
import { createNamedQuery } from "./create-named-query.ts";
import { createPreparedStatement } from "./create-prepared-statement.ts";
import { createWorkGroup } from "./create-work-group.ts";
import { deleteNamedQuery } from "./delete-named-query.ts";
import { deletePreparedStatement } from "./delete-prepared-statement.ts";
import { deleteWorkGroup } from "./delete-work-group.ts";
import { getDataCatalog } from "./get-data-catalog.ts";
import { getDatabase } from "./get-database.ts";
import { getNamedQuery } from "./get-named-query.ts";
import { getPreparedStatement } from "./get-prepared-statement.ts";
import { getQueryExecution } from "./get-query-execution.ts";
import { getQueryResults } from "./get-query-results.ts";
import { getQueryRuntimeStatistics } from "./get-query-runtime-statistics.ts";
import { getTableMetadata } from "./get-table-metadata.ts";
import { getWorkGroup } from "./get-work-group.ts";
import { listDataCatalogs } from "./list-data-catalogs.ts";
import { listDatabases } from "./list-databases.ts";
import { listNamedQueries } from "./list-named-queries.ts";
import { listPreparedStatements } from "./list-prepared-statements.ts";
import { listQueryExecutions } from "./list-query-executions.ts";
import { listTableMetadata } from "./list-table-metadata.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { listWorkGroups } from "./list-work-groups.ts";
import { startQueryExecution } from "./start-query-execution.ts";
import { stopQueryExecution } from "./stop-query-execution.ts";
import { updatePreparedStatement } from "./update-prepared-statement.ts";
import { updateWorkGroup } from "./update-work-group.ts";

/** The Athena API's operations on executions, work groups, named queries, prepared statements and the catalog. */
export function athenaOperations(context: AthenaContext): readonly Operation[] {
  return [
    batchGetNamedQuery(context),
    batchGetPreparedStatement(context),
    batchGetQueryExecution(context),
    createNamedQuery(context),
    createPreparedStatement(context),
    createWorkGroup(context),
    deleteNamedQuery(context),
    deletePreparedStatement(context),
    deleteWorkGroup(context),
    getDataCatalog(),
    getDatabase(context),
    getNamedQuery(context),
    getPreparedStatement(context),
    getQueryExecution(context),
    getQueryResults(context),
    getQueryRuntimeStatistics(context),
    getTableMetadata(context),
    getWorkGroup(context),
    listDataCatalogs(),
    listDatabases(context),
    listNamedQueries(context),
    listPreparedStatements(context),
    listQueryExecutions(context),
    listTableMetadata(context),
    listTagsForResource(context),
    listWorkGroups(context),
    startQueryExecution(context),
    stopQueryExecution(context),
    updatePreparedStatement(context),
    updateWorkGroup(context),
  ];
}

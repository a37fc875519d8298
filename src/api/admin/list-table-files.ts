import type { AdminContext, Endpoint } from "./endpoint.ts";
import { wholeNumber } from "./find-query.ts";
import { findTable } from "./find-table.ts";
import { asJson } from "./parse-body.ts";

const FILES_DEFAULT = 200;
const FILES_MAX = 10_000;

/**
 * GET /api/tables/DATABASE.TABLE/files?limit= => {files, total, bytes, folders, smallFiles, smallFolders, complete}: where a
 * table's rows lie, the first files in the order of their names, and how many are so small that they are read slowly.
 */
export function listTableFiles({ catalog, partitions, changes, storeFor }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "tables/:id/files",
    action: "lakehose:ListTableFiles",
    role: "viewer",
    async handle({ id, query, signal }) {
      const limit = wholeNumber(query, "limit", FILES_DEFAULT, FILES_MAX);
      const { listTable } = await import("../../query/table-listing.ts");
      return asJson(await listTable(findTable(catalog, id), { partitions, changes, storeFor, limit, signal }));
    },
  };
}

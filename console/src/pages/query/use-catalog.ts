import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { adminApi } from "../../api/admin-api.ts";
import { mentionedTables } from "./mentioned-tables.ts";
import type { ColumnName, EditorCatalog } from "./sql-editor-view.ts";

/** Tables come and go seldom, and what was proposed in vain is an error a moment later. */
const STALE_MS = 30_000;

/** Databases, tables and functions, and the columns of the tables that the text names: a lake may have thousands. */
export function useCatalog(text: string, database: string) {
  const databases = useQuery({
    queryKey: ["databases"],
    queryFn: ({ signal }) => adminApi.listDatabases({ signal }),
    staleTime: STALE_MS,
  });
  const tables = useQuery({
    queryKey: ["tables"],
    queryFn: ({ signal }) => adminApi.listTables({ signal }),
    staleTime: STALE_MS,
  });
  const functions = useQuery({
    queryKey: ["query-functions"],
    queryFn: ({ signal }) => adminApi.listQueryFunctions({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const named = mentionedTables(text, tables.data?.tables ?? []);
  const columns = useQueries({
    queries: named.map((id) => ({
      queryKey: ["table", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => adminApi.getTable(id, { signal }),
      staleTime: STALE_MS,
    })),
    combine: (results) => results.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  const catalog = useMemo((): EditorCatalog => {
    const known = new Map(columns.map((table) => [`${table.database}.${table.name}`, columnsOf(table)]));
    const names: Record<string, Record<string, readonly ColumnName[]>> = {};
    for (const { name } of databases.data?.databases ?? []) names[name] = {};
    for (const { database: home, name } of tables.data?.tables ?? []) {
      names[home] = { ...names[home], [name]: known.get(`${home}.${name}`) ?? [] };
    }
    return { databases: names, functions: functions.data?.functions ?? [], database };
  }, [databases.data, tables.data, functions.data, columns, database]);
  return { catalog, databases: databases.data?.databases, tables: tables.data?.tables };
}

interface WithColumns {
  readonly storageDescriptor?: { readonly columns?: readonly { readonly name: string; readonly type?: string }[] };
  readonly partitionKeys?: readonly { readonly name: string; readonly type?: string }[];
}

function columnsOf({ storageDescriptor, partitionKeys = [] }: WithColumns): readonly ColumnName[] {
  return [...(storageDescriptor?.columns ?? []), ...partitionKeys].map(({ name, type = "string" }) => ({ name, type }));
}

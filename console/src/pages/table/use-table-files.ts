import { useQuery } from "@tanstack/react-query";
import { adminApi, type Table } from "../../api/admin-api.ts";

export const FILES_SHOWN = 200;

/** Where the rows of a table lie. One listing serves the list and the warning. */
export function useTableFiles({ database, name }: Pick<Table, "database" | "name">) {
  return useQuery({
    queryKey: ["table-files", database, name],
    queryFn: ({ signal }) => adminApi.listTableFiles(`${database}.${name}`, { limit: FILES_SHOWN }, { signal }),
  });
}

export type ListedFile = NonNullable<ReturnType<typeof useTableFiles>["data"]>["files"][number];

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { adminApi, type Query } from "../api/admin-api.ts";
import { showToast } from "../ui/toasts.tsx";

/** The server answers as soon as the query has ended, or after this time with how far it is. */
const WAIT_MS = 400;

export const QUERIES_KEY = ["queries"] as const;

export interface Statement {
  readonly sql: string;
  readonly database: string;
  readonly fresh: boolean;
}

/** One query by its id: how far it is, from the moment that it was handed in until it has ended. */
export function useQueryRun(id: string | undefined) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ["query", id],
    queryFn: async ({ signal }) => {
      const query = await adminApi.getQuery(id ?? "", { waitMs: WAIT_MS }, { signal });
      if (hasEnded(query)) void queries.invalidateQueries({ queryKey: QUERIES_KEY });
      return query;
    },
    enabled: id !== undefined,
    refetchInterval: ({ state: { data, error } }) =>
      error !== null || (data !== undefined && hasEnded(data)) ? false : 100,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function hasEnded({ endedAt }: Query): boolean {
  return endedAt !== undefined;
}

/** Hands a statement in; `onStarted` is told of its id. */
export function useStartQuery(onStarted: (query: Query) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (statement: Statement) => adminApi.startQuery(statement),
    onSuccess: (query) => {
      queries.setQueryData(["query", query.id], query);
      onStarted(query);
      return queries.invalidateQueries({ queryKey: QUERIES_KEY });
    },
    onError: (error) => showToast("bad", error.message),
  });
}

export function useCancelQuery(id: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => adminApi.cancelQuery(id ?? ""),
    onSuccess: (query) => {
      queries.setQueryData(["query", id], query);
      return queries.invalidateQueries({ queryKey: QUERIES_KEY });
    },
    onError: (error) => showToast("bad", error.message),
  });
}

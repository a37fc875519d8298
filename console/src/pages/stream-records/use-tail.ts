import { useQuery, useQueryClient } from "@tanstack/react-query";
import { adminApi } from "../../api/admin-api.ts";
import { TAIL_RECORDS_MAX, type Tail, withNewest } from "./tail.ts";

const EVERY_MS = 1_000;

/** The newest records of a stream, asked for again and again while `following`. */
export function useTail(stream: string, following: boolean) {
  const queries = useQueryClient();
  const queryKey = ["tail", stream];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const before = queries.getQueryData<Tail>(queryKey);
      const from = before === undefined ? {} : { from: before.next };
      return withNewest(before, await adminApi.listRecords(stream, { limit: TAIL_RECORDS_MAX, ...from }, { signal }));
    },
    refetchInterval: following ? EVERY_MS : false,
    refetchOnWindowFocus: following,
  });
}

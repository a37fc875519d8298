import { useQuery } from "@tanstack/react-query";
import { adminApi } from "../api/admin-api.ts";

/** Definitions change seldom; how the stream does comes from `useStreamHealth`. */
const EVERY_MS = 10_000;

/** One stream with its definition. */
export function useStream(name: string) {
  return useQuery({
    queryKey: ["stream", name],
    queryFn: ({ signal }) => adminApi.getStream(name, { signal }),
    refetchInterval: EVERY_MS,
  });
}

import { useQuery } from "@tanstack/react-query";
import { adminApi } from "../api/admin-api.ts";
import { StreamSamples } from "./stream-samples.ts";

/** Often enough to see records move, seldom enough for a server with a thousand streams. */
const EVERY_MS = 2_000;

/** One for the whole console, so that going from page to page loses nothing. */
const samples = new StreamSamples();

/** How all streams do, and how they did in the last minutes. Stops while the window is hidden. */
export function useStreamHealth() {
  const query = useQuery({
    queryKey: ["stream-health"],
    queryFn: async ({ signal }) => {
      const answer = await adminApi.listStreamHealth({ signal });
      samples.add(answer);
      return answer;
    },
    refetchInterval: EVERY_MS,
  });
  return { ...query, samples };
}

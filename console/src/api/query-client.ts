import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-error.ts";

const RETRIES_MAX = 2;

/** What the console knows of the server. A refusal is final; a server that does not answer is asked again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => !(error instanceof ApiError) && failures < RETRIES_MAX,
      staleTime: 1_000,
    },
  },
});

import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-error.ts";
import { SESSION_KEY } from "./session-key.ts";

const RETRIES_MAX = 2;

const UNAUTHORIZED = 401;

/** What the console knows of the server. A refusal is final; a server that does not answer is asked again. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (!(error instanceof ApiError) || error.status !== UNAUTHORIZED) return;
      // The session is over: the frame around the pages asks who is there, and shows the page for signing in.
      void queryClient.invalidateQueries({ queryKey: SESSION_KEY });
    },
  }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => !(error instanceof ApiError) && failures < RETRIES_MAX,
      staleTime: 1_000,
    },
  },
});

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Session, sessionApi } from "../api/session.ts";
import { SESSION_KEY } from "../api/session-key.ts";

/** Who is signed in. Asked again when the server says that the session is over. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => sessionApi.get(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ user, password }: { readonly user: string; readonly password: string }) =>
      sessionApi.signIn(user, password),
    onSuccess: (session: Session) => queries.setQueryData(SESSION_KEY, session),
  });
}

/** What somebody else has seen is forgotten with the session. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => sessionApi.signOut(),
    onSuccess: async () => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      await queries.invalidateQueries({ queryKey: SESSION_KEY });
    },
  });
}

import { useSession, useSignOut } from "../live/use-session.ts";
import { showToast } from "../ui/toasts.tsx";

/** Who is signed in, and the way out. Nothing where nobody has to be. */
export function SignedIn() {
  const { data } = useSession();
  const signOut = useSignOut();
  if (data === undefined || data.user === null) return null;
  const leave = () => signOut.mutate(undefined, { onError: (error) => showToast("bad", error.message) });
  return (
    <div className="signed-in">
      <span>
        {data.user.name} ({data.user.role})
      </span>
      <button type="button" onClick={leave}>
        Sign out
      </button>
    </div>
  );
}

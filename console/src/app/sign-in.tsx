import { type FormEvent, useEffect, useState } from "react";
import type { Session } from "../api/session.ts";
import { useSignIn } from "../live/use-session.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { TextInput } from "../ui/inputs.tsx";
import { Note } from "../ui/note.tsx";
import { PageHead } from "../ui/page-head.tsx";

/** What `?signInFailed=` says after a provider sent somebody back. */
const FAILURES: Readonly<Record<string, string>> = {
  "no-role": "The provider knows you, but none of your groups has a role here.",
  "flow-unknown": "This sign-in was begun too long ago, or in another browser: begin again.",
  "provider-failed": "The provider did not answer as expected; the server's log has the reason.",
};

/** In place of every page until somebody has signed in; then the page is there that was asked for. */
export function SignIn({ ways: { password, oidc } }: { readonly ways: Session["signIn"] }) {
  const failed = FAILURES[new URLSearchParams(location.search).get("signInFailed") ?? ""];
  useEffect(() => {
    const title = document.title;
    document.title = "Sign in · Lakehose";
    return () => {
      document.title = title;
    };
  }, []);
  return (
    <>
      <PageHead title="Sign in" about="This server asks who calls." />
      {failed !== undefined && <Note tone="bad">{failed}</Note>}
      {password && <PasswordForm />}
      {oidc !== null && (
        <p>
          <a
            className="button"
            data-kind="primary"
            href={`${oidc.path}?returnTo=${encodeURIComponent(location.pathname)}`}
          >
            {oidc.label}
          </a>
        </p>
      )}
      {!password && oidc === null && (
        <Note>
          It knows access keys and tokens only. People get in once the configuration has a section <code>signIn</code>.
        </Note>
      )}
    </>
  );
}

function PasswordForm() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useSignIn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ user, password });
  };
  return (
    <form className="card sign-in" onSubmit={submit} aria-label="Sign in">
      {signIn.error !== null && <Note tone="bad">{signIn.error.message}</Note>}
      <TextInput label="User" autoComplete="username" value={user} onChange={setUser} />
      <Field label="Password">
        {(ids) => (
          <input
            {...ids}
            className="input"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button type="submit" kind="primary" disabled={signIn.isPending}>
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </div>
    </form>
  );
}

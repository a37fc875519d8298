import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useSession } from "../live/use-session.ts";
import { NAVIGATION, titleOf } from "../pages/registry.ts";
import { ToastRegion } from "../ui/toasts.tsx";
import mark from "./mark.svg";
import { SignIn } from "./sign-in.tsx";
import { SignedIn } from "./signed-in.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

/** The frame around every page: skip link, navigation, the page, messages. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const arrived = useRef(path);

  useEffect(() => {
    document.title = `${titleOf(path)} · Lakehose`;
    // A screen reader hears of the new page only if the focus goes there; at the first page it is where the browser put it.
    if (arrived.current !== path) main.current?.focus();
    arrived.current = path;
  }, [path]);

  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <div className="shell">
        <header className="rail">
          <Link className="brand" to="/">
            <img src={mark} alt="" width={28} height={28} />
            Lakehose
          </Link>
          <nav aria-label="Main">
            <ul>
              {NAVIGATION.map(({ path, label }) => (
                <li key={path}>
                  <Link to={path} activeProps={{ "aria-current": "page" }}>
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className="rail-foot">
            <SignedIn />
            <ThemeSwitch />
          </div>
        </header>
        <main id="content" className="content" tabIndex={-1} ref={main}>
          <PageOrSignIn />
        </main>
      </div>
      <ToastRegion />
    </>
  );
}

/** Pages ask the server as soon as they are there, so they are not there before somebody may ask. */
function PageOrSignIn() {
  const { data, error } = useSession();
  if (data?.required === true && data.user === null) return <SignIn ways={data.signIn} />;
  // Where nobody can say who is there, the pages say what is the matter with the server.
  return data === undefined && error === null ? null : <Outlet />;
}

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from "@tanstack/react-router";
import { HOME, PAGES } from "../pages/registry.ts";
import { LoadingPage } from "./loading-page.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { PageFailure } from "./page-failure.tsx";
import { Shell } from "./shell.tsx";

/** One route a page, below `/ui`; the server answers `/` with the same file, and from there one is sent to the first page. */
export function createConsoleRouter() {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });
  const home = createRoute({ getParentRoute: () => root, path: "/", component: () => <Navigate to={HOME} replace /> });
  const pages = PAGES.map(({ path, load }) =>
    createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) }),
  );
  if (location.pathname === "/") history.replaceState(null, "", `/ui/${location.search}`);
  return createRouter({
    routeTree: root.addChildren([home, ...pages]),
    basepath: "/ui",
    defaultPendingComponent: LoadingPage,
    defaultErrorComponent: PageFailure,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

import type { Page } from "./page.ts";

/** All pages, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  {
    path: "/streams",
    title: "Streams",
    navigation: "Streams",
    load: () => import("./streams/streams-page.tsx"),
  },
];

/** Where `/` leads. */
export const HOME = "/streams";

export const NAVIGATION = PAGES.flatMap(({ path, navigation }) =>
  navigation === undefined ? [] : [{ path, label: navigation }],
);

/** The title of the page at an address below `/ui`. */
export function titleOf(path: string): string {
  return PAGES.find((page) => matches(page.path, path))?.title ?? "Console";
}

function matches(pattern: string, path: string): boolean {
  const expected = pattern.split("/");
  const given = path.replace(/\/$/, "").split("/");
  return expected.length === given.length && expected.every((part, at) => part.startsWith("$") || part === given[at]);
}

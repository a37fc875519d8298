import type { Page } from "./page.ts";

/** All pages, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  {
    path: "/streams",
    title: "Streams",
    navigation: "Streams",
    load: () => import("./streams/streams-page.tsx"),
  },
  {
    path: "/streams/$name",
    title: "$name",
    load: () => import("./stream/stream-page.tsx"),
  },
  {
    path: "/streams/$name/records",
    title: "$name: records",
    load: () => import("./stream-records/stream-records-page.tsx"),
  },
  {
    path: "/streams/$name/errors",
    title: "$name: errors",
    load: () => import("./stream-errors/stream-errors-page.tsx"),
  },
  {
    path: "/streams/$name/edit",
    title: "$name: edit",
    load: () => import("./edit-stream/edit-stream-page.tsx"),
  },
  {
    path: "/create-stream",
    title: "Create a stream",
    load: () => import("./create-stream/create-stream-page.tsx"),
  },
  {
    path: "/lake",
    title: "Lake",
    navigation: "Lake",
    load: () => import("./lake/lake-page.tsx"),
  },
  {
    path: "/lake/tables/$table",
    title: "$table",
    load: () => import("./table/table-page.tsx"),
  },
  {
    path: "/lake/jobs/$job",
    title: "$job",
    load: () => import("./job/job-page.tsx"),
  },
  {
    path: "/query",
    title: "Query",
    navigation: "Query",
    load: () => import("./query/query-page.tsx"),
  },
  {
    path: "/functions",
    title: "Functions",
    navigation: "Functions",
    load: () => import("./functions/functions-page.tsx"),
  },
  {
    path: "/functions/$name",
    title: "$name",
    load: () => import("./function/function-page.tsx"),
  },
  {
    path: "/flows",
    title: "Sources and triggers",
    navigation: "Sources and triggers",
    load: () => import("./flows/flows-page.tsx"),
  },
  {
    path: "/alarms",
    title: "Alarms",
    navigation: "Alarms",
    load: () => import("./alarms/alarms-page.tsx"),
  },
];

/** Where `/` leads. */
export const HOME = "/streams";

export const NAVIGATION = PAGES.flatMap(({ path, navigation }) =>
  navigation === undefined ? [] : [{ path, label: navigation }],
);

/** The title of the page at an address below `/ui`, with the values of the address in it. */
export function titleOf(address: string): string {
  const given = address.replace(/\/$/, "").split("/");
  const page = PAGES.find(({ path }) => {
    const parts = path.split("/");
    return parts.length === given.length && parts.every((part, at) => part.startsWith("$") || part === given[at]);
  });
  if (page === undefined) return "Console";
  const values = page.path.split("/").map((part, at) => [part, decodeURIComponent(given[at] ?? "")] as const);
  return values.reduce(
    (title, [part, value]) => (part.startsWith("$") ? title.replace(part, value) : title),
    page.title,
  );
}

import { asJson } from "../api/admin/parse-body.ts";
import { streamView } from "../api/admin/stream-view.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Crawlers } from "../catalog/crawler/crawlers.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { JsonObject } from "../std/json.ts";
import type { Streams } from "../streams/streams.ts";

export interface SubjectRooms {
  readonly streams: Streams;
  readonly catalog: Catalog;
  readonly crawlers: Crawlers;
  readonly jobs: Jobs;
}

/** What the audit log compares before and after a change, by the words of the admin API: `streams/clicks`, `jobs/daily`. */
export function describeSubject(rooms: SubjectRooms): (subject: string) => JsonObject | undefined {
  const views: Readonly<Record<string, (name: string) => object | undefined>> = {
    streams: (name) => {
      const document = rooms.streams.get(name);
      return document && streamView(document);
    },
    jobs: (name) => {
      const { definition, version } = rooms.jobs.get(name);
      return { ...definition, version };
    },
    crawlers: (name) => rooms.crawlers.get(name).definition,
    databases: (name) => rooms.catalog.database(name),
    tables: (name) => {
      const dot = name.indexOf(".");
      return rooms.catalog.table(name.slice(0, dot), name.slice(dot + 1));
    },
  };
  return (subject) => {
    const slash = subject.indexOf("/");
    const kind = subject.slice(0, Math.max(0, slash));
    const view = Object.hasOwn(views, kind) ? views[kind]?.(subject.slice(slash + 1)) : undefined;
    return view === undefined ? undefined : asJson(view);
  };
}

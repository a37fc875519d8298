import { useEffect, useState } from "react";
import type { Query } from "../../api/admin-api.ts";
import type { Statement } from "../../results/use-query-run.ts";

const KEY = "lakehose.query";

/** A text and the query that was made of it last. */
export interface Draft extends Statement {
  readonly query?: string | undefined;
}

const EMPTY: Draft = { sql: "", database: "default", fresh: false };

export interface AskedFor {
  readonly sql: string | undefined;
  readonly database: string | undefined;
  /** The query that the page shows. */
  readonly query: Query | undefined;
}

/** What somebody is writing: kept in this browser, so that going to another page loses nothing. */
export function useDraft({ sql, database, query }: AskedFor) {
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = stored();
    return sql === undefined ? kept : { ...kept, sql, database: database ?? kept.database };
  });
  useEffect(() => localStorage.setItem(KEY, JSON.stringify(draft)), [draft]);
  useEffect(() => {
    if (query === undefined) return;
    // Whoever opens a query by its link or from the history sees its text; whoever goes on writing keeps what is written.
    const adopted = { sql: query.sql, database: query.database, fresh: query.fresh, query: query.id };
    setDraft((before) => (before.query === query.id ? before : adopted));
  }, [query]);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  return { draft, change };
}

function stored(): Draft {
  try {
    const { sql, database, fresh, query } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Draft>;
    return {
      sql: String(sql ?? EMPTY.sql),
      database: String(database ?? EMPTY.database),
      fresh: fresh === true,
      query,
    };
  } catch {
    return EMPTY;
  }
}

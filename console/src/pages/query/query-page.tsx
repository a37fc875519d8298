import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import type { Query } from "../../api/admin-api.ts";
import { hasEnded, useCancelQuery, useQueryRun, useStartQuery } from "../../results/use-query-run.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CheckInput, SelectInput } from "../../ui/inputs.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { failurePlace } from "./failure-place.ts";
import { HistoryCard } from "./history-card.tsx";
import { NoTables } from "./no-tables.tsx";
import { ResultCard } from "./result-card.tsx";
import { RunStatus } from "./run-status.tsx";
import { SqlEditor, type SqlEditorHandle } from "./sql-editor.tsx";
import { useCatalog } from "./use-catalog.ts";
import { useDraft } from "./use-draft.ts";
import "./query.css";

/** `?query=ID` shows that query, `?sql=…&database=…` begins with that text. */
export default function QueryPage() {
  const asked = useSearch({ strict: false }) as {
    readonly query?: string;
    readonly sql?: string;
    readonly database?: string;
  };
  const navigate = useNavigate();
  const run = useQueryRun(asked.query);
  const { draft, change } = useDraft({ sql: asked.sql, database: asked.database, query: run.data });
  const { catalog, databases, tables } = useCatalog(draft.sql, draft.database);
  const show = (id: string) =>
    void navigate({ to: "/query", search: { query: id }, replace: true, resetScroll: false });
  const start = useStartQuery(({ id }) => {
    change({ query: id });
    show(id);
  });
  const cancel = useCancelQuery(asked.query);
  const running = start.isPending || (run.data !== undefined && !hasEnded(run.data));
  const editor = useRef<SqlEditorHandle>(null);
  const problem = useMemo(() => problemIn(run.data, draft.sql), [run.data, draft.sql]);
  const submit = (sql: string) => {
    const { database, fresh } = draft;
    if (!running && sql.trim() !== "") start.mutate({ sql, database, fresh });
  };
  const names = [...new Set([draft.database, ...(databases ?? []).map(({ name }) => name)])];
  return (
    <>
      <PageHead title="Query" about="SQL over everything that has landed, and what is on its way if you want." />
      {tables !== undefined && tables.length === 0 && <NoTables />}
      <Card title="Statement" about="Ctrl+Enter or ⌘+Enter runs it; Ctrl+Space proposes names.">
        <SqlEditor
          ref={editor}
          text={draft.sql}
          catalog={catalog}
          problem={problem}
          onChange={(sql) => change({ sql })}
          onRun={submit}
        />
        <div className="query-bar">
          <SelectInput
            label="Database"
            value={draft.database}
            choices={names.map((value) => ({ value, label: value }))}
            onChange={(database) => change({ database })}
          />
          <CheckInput
            label="Count fresh rows, which have not landed yet"
            checked={draft.fresh}
            onChange={(fresh) => change({ fresh })}
          />
          <div className="actions">
            <Button
              disabled={!running || cancel.isPending || asked.query === undefined}
              onClick={() => cancel.mutate()}
            >
              Cancel
            </Button>
            <Button kind="primary" disabled={running || draft.sql.trim() === ""} onClick={() => submit(draft.sql)}>
              Run
            </Button>
          </div>
        </div>
        <RunStatus
          query={run.data}
          error={run.error}
          text={draft.sql}
          place={problem}
          onGoTo={(place) => editor.current?.goTo(place)}
        />
      </Card>
      <ResultCard query={run.data} />
      <HistoryCard shown={asked.query} onShow={show} />
    </>
  );
}

/** Once the text is another one, the place of the failure is nobody's to know. */
function problemIn(query: Query | undefined, text: string) {
  if (query?.failure === undefined || query.state === "cancelled" || query.sql !== text) return undefined;
  return failurePlace(query.sql, query.failure.message);
}

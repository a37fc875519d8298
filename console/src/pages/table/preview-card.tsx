import { Link } from "@tanstack/react-router";
import { ResultTable } from "../../results/result-table.tsx";
import { hasEnded, useQueryRun } from "../../results/use-query-run.ts";
import { Card } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";

/** The rows of a query that the page itself has asked. */
export function PreviewCard({ id }: { readonly id: string }) {
  const { data, error } = useQueryRun(id);
  const failure = error?.message ?? data?.failure?.message;
  const ended = data !== undefined && hasEnded(data);
  return (
    <Card
      title="First rows"
      about={data?.sql}
      aside={
        <Link className="button" to="/query" search={{ query: id }}>
          Open as a query
        </Link>
      }
    >
      {failure !== undefined && <Note tone="bad">{failure}</Note>}
      {failure === undefined && !ended && <p role="status">Reading…</p>}
      {ended && data.rows === 0 && failure === undefined && <p role="status">There is no row.</p>}
      {ended && data.rows > 0 && <ResultTable id={id} columns={data.columns ?? []} rows={data.rows} />}
    </Card>
  );
}

import { useState } from "react";
import { adminApi, type Query } from "../../api/admin-api.ts";
import { ResultTable } from "../../results/result-table.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount } from "../../ui/format-value.ts";
import { Tabs } from "../../ui/tabs.tsx";
import { ResultChart } from "./result-chart.tsx";

const VIEWS = [
  { name: "table", label: "Table" },
  { name: "chart", label: "Chart" },
] as const;

/** The rows of a query, as they come, and as a picture. */
export function ResultCard({ query }: { readonly query: Query | undefined }) {
  const [view, setView] = useState<"table" | "chart">("table");
  if (query?.columns === undefined || query.columns.length === 0) return null;
  const { id, columns, rows, state } = query;
  return (
    <Card
      title="Result"
      about={`${formatCount(rows)} rows, ${formatCount(columns.length)} columns`}
      aside={<Downloads query={query} />}
    >
      <Tabs label="The result" tabs={VIEWS} chosen={view} onChoose={setView}>
        {rows === 0 && (
          <p className="result-empty">{state === "succeeded" ? "No row fits the question." : "No row yet."}</p>
        )}
        {rows > 0 && view === "table" && <ResultTable key={id} id={id} columns={columns} rows={rows} />}
        {rows > 0 && view === "chart" && <ResultChart key={id} id={id} columns={columns} rows={rows} />}
      </Tabs>
    </Card>
  );
}

function Downloads({ query: { id, state } }: { readonly query: Query }) {
  if (state !== "succeeded") return null;
  return (
    <div className="actions">
      <a className="button" href={adminApi.downloadQueryAddress(id, { form: "csv" })} download>
        Download CSV
      </a>
      <a className="button" href={adminApi.downloadQueryAddress(id, { form: "parquet" })} download>
        Download Parquet
      </a>
    </div>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ChartSettings } from "../../charts/chart.ts";
import { ChartForm } from "../../charts/chart-form.tsx";
import { ChartView } from "../../charts/chart-view.tsx";
import { suggestChart } from "../../charts/suggest-chart.ts";
import { readRows } from "../../results/read-rows.ts";
import type { ResultTableProps } from "../../results/result-table.tsx";
import { formatCount } from "../../ui/format-value.ts";

/** More points than these no picture shows apart; who has more counts them in SQL. */
const ROWS_MAX = 5_000;

export function ResultChart({ id, columns, rows }: ResultTableProps) {
  const [settings, setSettings] = useState<ChartSettings>(() => suggestChart(columns));
  const count = Math.min(rows, ROWS_MAX);
  const { data } = useQuery({
    queryKey: ["chart-rows", id, count],
    queryFn: async ({ signal }) => ({ columns, rows: await readRows(id, 0, count, signal) }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <ChartForm columns={columns} settings={settings} onChange={setSettings} />
      {data === undefined ? <div className="chart-room" /> : <ChartView data={data} settings={settings} />}
      {rows > count && (
        <p className="result-empty">
          {`The chart has the first ${formatCount(count)} of ${formatCount(rows)} rows; GROUP BY makes fewer of them.`}
        </p>
      )}
    </>
  );
}

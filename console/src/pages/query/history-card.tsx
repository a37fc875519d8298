import { useQuery } from "@tanstack/react-query";
import { adminApi } from "../../api/admin-api.ts";
import { QUERIES_KEY } from "../../results/use-query-run.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";
import { QUERY_TONES } from "./run-status.tsx";

export interface HistoryCardProps {
  /** The query that the page shows. */
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
}

const EVERY_MS = 5_000;
const SHOWN_MAX = 20;

const COLUMNS = [
  { label: "Statement" },
  { label: "State" },
  { label: "Rows", number: true },
  { label: "Begun" },
  { label: "Action" },
];

/** What anybody asked this server lately, by the console or otherwise; results are kept as long as they are here. */
export function HistoryCard({ shown, onShow }: HistoryCardProps) {
  const { data } = useQuery({
    queryKey: QUERIES_KEY,
    queryFn: ({ signal }) => adminApi.listQueries({ signal }),
    refetchInterval: EVERY_MS,
  });
  const queries = data?.queries ?? [];
  if (queries.length === 0) return null;
  return (
    <Card
      title="History"
      about={`The latest of ${formatCount(queries.length)}; a result can be read while it is here.`}
    >
      <Table caption="Queries, newest first" columns={COLUMNS}>
        {queries.slice(0, SHOWN_MAX).map((query) => (
          <tr key={query.id} aria-current={query.id === shown ? "true" : undefined}>
            <th scope="row">
              <code className="history-sql">{query.sql}</code>
              <span className="sub">{query.database}</span>
            </th>
            <td>
              <Badge tone={QUERY_TONES[query.state]}>{query.state}</Badge>
            </td>
            <td className="number">{formatCount(query.rows)}</td>
            <td>{formatTime(query.submittedAt)}</td>
            <td>
              <Button onClick={() => onShow(query.id)}>Show</Button>
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

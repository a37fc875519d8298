import { useMutation, useQueryClient } from "@tanstack/react-query";
import { adminApi, type JobRun } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatDuration, formatTime } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { isLive, RUN_TONES } from "./run-state.ts";

export interface RunsCardProps {
  readonly runs: readonly JobRun[];
  /** The run whose log is shown. */
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

const COLUMNS = [
  { label: "Run" },
  { label: "State" },
  { label: "What it did" },
  { label: "Took", number: true },
  { label: "Action" },
];

export function RunsCard({ runs, chosen, onChoose }: RunsCardProps) {
  return (
    <Card title="Runs" about="Under way and queued first, then the latest.">
      {runs.length === 0 ? (
        <p>It has not run yet. Its triggers make it run, and the button above does.</p>
      ) : (
        <Table caption="Runs, newest first" columns={COLUMNS}>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} chosen={run.id === chosen} onChoose={onChoose} />
          ))}
        </Table>
      )}
    </Card>
  );
}

interface RunRowProps extends Pick<RunsCardProps, "onChoose"> {
  readonly run: JobRun;
  readonly chosen: boolean;
}

function RunRow({ run, chosen, onChoose }: RunRowProps) {
  const { id, job, state, attempt, cause, queuedAt, startedAt, endedAt, failure } = run;
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => adminApi.cancelJobRun(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["job-runs", job] }),
    onError: (error) => showToast("bad", error.message),
  });
  return (
    <tr aria-current={chosen ? "true" : undefined}>
      <th scope="row">
        {formatTime(startedAt ?? queuedAt)}
        <span className="sub">{attempt > 1 ? `${cause}, attempt ${attempt}` : cause}</span>
      </th>
      <td>
        <Badge tone={RUN_TONES[state]}>{state}</Badge>
        {failure !== undefined && <span className="sub">{failure.message}</span>}
      </td>
      <td>{doneText(run)}</td>
      <td className="number">
        {startedAt === undefined || endedAt === undefined ? "" : formatDuration(endedAt - startedAt)}
      </td>
      <td>
        <div className="actions">
          <Button onClick={() => onChoose(id)} aria-pressed={chosen}>
            Log
          </Button>
          {isLive(run) && (
            <Button onClick={() => cancel.mutate()} disabled={cancel.isPending}>
              Cancel
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}

function doneText({ counters, progress }: JobRun): string {
  if (counters !== undefined) {
    return Object.entries(counters)
      .map(([name, value]) => `${wordsOf(name)} ${formatCount(value)}`)
      .join(", ");
  }
  if (progress === undefined) return "";
  return progress.total === undefined
    ? formatCount(progress.done)
    : `${formatCount(progress.done)} of ${formatCount(progress.total)}`;
}

/** `filesWritten` as `files written`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

import type { Query } from "../../api/admin-api.ts";
import { hasEnded } from "../../results/use-query-run.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { formatBytes, formatCount, formatDuration } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { type Place, placeText } from "./failure-place.ts";
import { useNow } from "./use-now.ts";

export interface RunStatusProps {
  readonly query: Query | undefined;
  readonly error: Error | null;
  /** What is in the editor. */
  readonly text: string;
  readonly place: Place | undefined;
  readonly onGoTo: (place: Place) => void;
}

export const QUERY_TONES: Readonly<Record<Query["state"], Tone>> = {
  queued: "plain",
  running: "plain",
  succeeded: "good",
  failed: "bad",
  cancelled: "warn",
};

/** How far the query is, or what became of it. Its height is the same for all of that. */
export function RunStatus({ query, error, text, place, onGoTo }: RunStatusProps) {
  const now = useNow(query !== undefined && !hasEnded(query));
  if (error !== null) return <Note tone="warn">{error.message}</Note>;
  return (
    <>
      <div className="run-status" role="status">
        {query === undefined ? (
          <span>Nothing has been run yet.</span>
        ) : (
          <>
            <Badge tone={QUERY_TONES[query.state]}>{query.state}</Badge>
            <span>{summary(query, now)}</span>
          </>
        )}
      </div>
      <progress
        className="run-progress"
        aria-label="The query is running"
        hidden={query === undefined || hasEnded(query)}
      />
      {query?.failure !== undefined && query.state === "failed" && (
        <Note tone="bad">
          <span className="failure-text">{query.failure.message}</span>
          {place !== undefined && <Button onClick={() => onGoTo(place)}>{`Go to ${placeText(text, place)}`}</Button>}
        </Note>
      )}
    </>
  );
}

function summary({ state, rows, submittedAt, startedAt, endedAt, statistics }: Query, now: number): string {
  const took = elapsed((endedAt ?? now) - (startedAt ?? submittedAt));
  if (state === "queued") return `waits for its turn, ${took}`;
  if (state === "failed" || state === "cancelled") return `after ${took}`;
  const counted = `${formatCount(rows)} ${rows === 1 ? "row" : "rows"} in ${took}`;
  if (statistics === undefined) return counted;
  const { files, scannedBytes, partitionsKnown, partitionsRead, fresh } = statistics;
  const read =
    files === 0 ? [] : [`read ${formatCount(files)} ${files === 1 ? "file" : "files"}, ${formatBytes(scannedBytes)}`];
  const pruned =
    partitionsKnown > 1 ? [`${formatCount(partitionsRead)} of ${formatCount(partitionsKnown)} partitions`] : [];
  const late =
    fresh === undefined ? [] : [`${formatBytes(fresh.bytes)} fresh${fresh.complete ? "" : ", not all of it"}`];
  return [counted, ...read, ...pruned, ...late].join(" · ");
}

function elapsed(ms: number): string {
  return ms < 10_000 ? `${(Math.max(0, ms) / 1000).toFixed(2)} s` : formatDuration(ms);
}

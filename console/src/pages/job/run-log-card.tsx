import { useQuery } from "@tanstack/react-query";
import { adminApi, type JobRun } from "../../api/admin-api.ts";
import { Card } from "../../ui/card.tsx";
import { formatTime } from "../../ui/format-value.ts";
import { isLive } from "./run-state.ts";

const EVERY_MS = 2_000;

/** What a run said, from its first line on. */
export function RunLogCard({ run }: { readonly run: JobRun }) {
  const { id, queuedAt, startedAt, endedAt } = run;
  const { data } = useQuery({
    // Once more when it has ended: its last lines come with its end.
    queryKey: ["job-log", id, endedAt],
    queryFn: ({ signal }) => adminApi.readJobLog(id, {}, { signal }),
    refetchInterval: isLive(run) ? EVERY_MS : false,
  });
  const lines = data?.lines ?? [];
  return (
    <Card title="Log" about={`Of the run of ${formatTime(startedAt ?? queuedAt)}.`}>
      {lines.length === 0 ? (
        <p>{isLive(run) ? "It has not said anything yet." : "It did not say anything."}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys
        <pre className="log" tabIndex={0}>
          <code>{lines.join("\n")}</code>
        </pre>
      )}
    </Card>
  );
}

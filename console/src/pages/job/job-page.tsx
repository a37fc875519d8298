import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { adminApi, type Job } from "../../api/admin-api.ts";
import { ApiError } from "../../api/api-error.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { RunLogCard } from "./run-log-card.tsx";
import { isLive } from "./run-state.ts";
import { RunsCard } from "./runs-card.tsx";

const EVERY_MS = 2_000;

export default function JobPage() {
  const { job: name = "" } = useParams({ strict: false }) as { readonly job?: string };
  const { data, error } = useQuery({
    queryKey: ["job", name],
    queryFn: ({ signal }) => adminApi.getJob(name, { signal }),
    refetchInterval: EVERY_MS,
  });
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <>
      <nav className="crumbs" aria-label="Back">
        <Link to="/lake">The lake</Link>
      </nav>
      {missing && (
        <PageHead title="There is no such job" about={`Nothing is called ${name} here; it may have been deleted.`} />
      )}
      {error !== null && !missing && <Note tone="bad">The server does not answer as expected: {error.message}</Note>}
      {!missing && (data === undefined ? <PageHead title={name} /> : <JobParts job={data} />)}
    </>
  );
}

function JobParts({ job }: { readonly job: Job }) {
  const [chosen, setChosen] = useState<string>();
  const runs = useQuery({
    queryKey: ["job-runs", job.name],
    queryFn: ({ signal }) => adminApi.listJobRuns(job.name, { signal }),
    refetchInterval: EVERY_MS,
  });
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => adminApi.startJobRun(job.name),
    onSuccess: (run) => {
      setChosen(run.id);
      return queries.invalidateQueries({ queryKey: ["job-runs", job.name] });
    },
    onError: (error) => showToast("bad", error.message),
  });
  const known = runs.data?.runs ?? [];
  const run = known.find(({ id }) => id === chosen) ?? known[0];
  return (
    <>
      <PageHead title={job.name} about={job.description === "" ? `A job of the kind ${job.kind}.` : job.description}>
        <Button kind="primary" onClick={() => start.mutate()} disabled={start.isPending || known.some(isLive)}>
          Run now
        </Button>
      </PageHead>
      <DefinitionCard job={job} />
      <RunsCard runs={known} chosen={run?.id} onChoose={setChosen} />
      {run !== undefined && <RunLogCard run={run} />}
    </>
  );
}

function DefinitionCard({ job }: { readonly job: Job }) {
  const { kind, options, triggers, retries, timeoutSeconds, overlap, enabled, nextRunAt, version } = job;
  const facts = [
    { label: "Kind", value: kind },
    { label: "Next by the clock", value: nextRunAt === undefined ? "never" : formatTime(nextRunAt) },
    { label: "Triggers", value: triggers.length === 0 ? "by hand only" : triggers.map(triggerText).join("; ") },
    { label: "Triggers count", value: enabled ? "yes" : "no, it is disabled" },
    { label: "Retries", value: String(retries) },
    { label: "Longest attempt", value: `${timeoutSeconds} s` },
    { label: "While one is under way", value: overlap === "queue" ? "one more is queued" : "others are skipped" },
    { label: "Version", value: String(version) },
  ];
  return (
    <Card title="Definition">
      <Facts facts={facts} />
      <pre>
        <code>{JSON.stringify(options, null, 2)}</code>
      </pre>
    </Card>
  );
}

function triggerText({ type, ...rest }: Readonly<Record<string, unknown>>): string {
  return [
    type,
    ...Object.values(rest).map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
  ].join(" ");
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { adminApi, type Job } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatTime } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { isLive, RUN_TONES } from "../job/run-state.ts";

const EVERY_MS = 3_000;

const COLUMNS = [{ label: "Job" }, { label: "Kind" }, { label: "Last run" }, { label: "Next" }, { label: "Action" }];

export function JobsCard() {
  const { data } = useQuery({
    queryKey: ["jobs"],
    queryFn: ({ signal }) => adminApi.listJobs({ signal }),
    refetchInterval: EVERY_MS,
  });
  const jobs = data?.jobs ?? [];
  return (
    <Card
      title="Jobs"
      about="SQL, compaction, exports and scripts that run by the clock, after each other, or by hand."
    >
      {jobs.length === 0 ? (
        <p>
          There is no job yet. They are written under <code>jobs:</code> in the configuration, or sent to the admin API;
          the page of a table makes one that joins its small files.
        </p>
      ) : (
        <Table caption="Jobs in name order" columns={COLUMNS}>
          {jobs.map((job) => (
            <JobRow key={job.name} job={job} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function JobRow({ job: { name, kind, description, lastRun, nextRunAt, enabled } }: { readonly job: Job }) {
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => adminApi.startJobRun(name),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
    onError: (error) => showToast("bad", error.message),
  });
  const live = lastRun !== undefined && isLive(lastRun);
  return (
    <tr>
      <th scope="row">
        <Link to="/lake/jobs/$job" params={{ job: name }}>
          {name}
        </Link>
        <span className="sub">{description}</span>
      </th>
      <td>{kind}</td>
      <td>
        {lastRun === undefined ? "never" : <Badge tone={RUN_TONES[lastRun.state]}>{lastRun.state}</Badge>}
        {lastRun !== undefined && <span className="sub">{formatTime(lastRun.startedAt ?? lastRun.queuedAt)}</span>}
      </td>
      <td>{enabled ? nextText(nextRunAt) : "disabled"}</td>
      <td>
        <Button aria-label={`Run job ${name}`} onClick={() => start.mutate()} disabled={live || start.isPending}>
          Run
        </Button>
      </td>
    </tr>
  );
}

function nextText(nextRunAt: number | undefined): string {
  return nextRunAt === undefined ? "not by the clock" : formatTime(nextRunAt);
}

import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { adminApi, type Table, type TableListing } from "../../api/admin-api.ts";
import { ApiError } from "../../api/api-error.ts";
import { Button } from "../../ui/button.tsx";
import { formatCount } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { showToast } from "../../ui/toasts.tsx";

export interface SmallFilesNoteProps {
  readonly table: Table;
  readonly listing: TableListing;
}

/** Shown where a compaction would do something. */
export function SmallFilesNote({ table, listing: { smallFiles, smallFolders } }: SmallFilesNoteProps) {
  const navigate = useNavigate();
  const job = `compact-${table.database}.${table.name}`;
  const compact = useMutation({
    mutationFn: () => startCompaction(job, table),
    onSuccess: () => navigate({ to: "/lake/jobs/$job", params: { job } }),
    onError: (error) => showToast("bad", error.message),
  });
  if (smallFiles === 0) return null;
  const where = smallFolders === 1 ? "one folder" : `${formatCount(smallFolders)} folders`;
  return (
    <Note tone="warn">
      <p>
        {`${formatCount(smallFiles)} small files in ${where} make every query slower than it has to be. A compaction joins them into few large ones; readers see all of that or nothing. Files of the last 15 minutes wait for a later run.`}
      </p>
      <div className="actions note-actions">
        <Button onClick={() => compact.mutate()} disabled={compact.isPending}>
          Compact
        </Button>
        <Link className="button" to="/lake">
          All jobs
        </Link>
      </div>
    </Note>
  );
}

/** The job stays, so that it can be run again and be given a schedule; one of that name is taken as it is. */
async function startCompaction(job: string, { database, name }: Table): Promise<void> {
  const known = await adminApi.getJob(job).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  if (known === undefined) {
    const description = `Joins small files of ${database}.${name}.`;
    await adminApi.putJob(job, { kind: "compact", description, options: { database, table: name } });
  }
  await adminApi.startJobRun(job);
}

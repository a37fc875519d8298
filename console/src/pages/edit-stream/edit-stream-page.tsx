import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { adminApi, type StreamDetails } from "../../api/admin-api.ts";
import { DryRunCard } from "../../dry-run/dry-run-card.tsx";
import { RoleButton } from "../../live/role-button.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { TextAreaInput } from "../../ui/inputs.tsx";
import { Note } from "../../ui/note.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { StreamHead } from "../stream/stream-head.tsx";
import { DiffText } from "./diff-text.tsx";
import { changedParts, editableOf, parseEdited } from "./editable.ts";

/** Asked once: what somebody is writing must not change below their hands. */
export default function EditStreamPage() {
  const { name = "" } = useParams({ strict: false });
  const { data, error } = useQuery({
    queryKey: ["edited-stream", name],
    queryFn: ({ signal }) => adminApi.getStream(name, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <>
      <StreamHead
        name={name}
        about="Changes take effect on the live stream, at one record, and nothing is restarted."
      />
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data !== undefined && <Editor stream={data} />}
    </>
  );
}

function Editor({ stream }: { readonly stream: StreamDetails }) {
  const before = editableOf(stream);
  const [text, setText] = useState(() => JSON.stringify(before, null, 2));
  const [reviewed, setReviewed] = useState<Readonly<Record<string, unknown>>>();
  const parsed = parseEdited(text);
  const update = "update" in parsed ? changedParts(before, parsed.update) : {};
  const change = (next: string) => {
    setText(next);
    setReviewed(undefined);
  };
  const changes = Object.keys(update).length > 0;
  return (
    <>
      <Card
        title="Definition"
        about="The members of UpdateDestination, and the lakehose section. What you take out of the first stays as it is."
      >
        <TextAreaInput
          label="As JSON"
          problem={"problem" in parsed ? parsed.problem : undefined}
          rows={24}
          value={text}
          onChange={change}
        />
        <div className="actions">
          <RoleButton needs="admin" kind="primary" disabled={!changes} onClick={() => setReviewed(update)}>
            Review the change
          </RoleButton>
          <Button onClick={() => change(JSON.stringify(before, null, 2))} disabled={!changes && "update" in parsed}>
            Start over
          </Button>
        </div>
      </Card>
      {reviewed !== undefined && <Review stream={stream} update={reviewed} />}
      <DryRunCard stream={stream.name} wanted={{ update }} />
    </>
  );
}

/** What the server would make of it, beside what is in force: it merges, so only it knows. */
function Review({
  stream,
  update,
}: {
  readonly stream: StreamDetails;
  readonly update: Readonly<Record<string, unknown>>;
}) {
  const { name, versionId, destination, extensions } = stream;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const check = useQuery({
    queryKey: ["check-update", name, versionId, update],
    queryFn: ({ signal }) => adminApi.updateStream(name, update, { check: "true" }, { signal }),
    retry: false,
  });
  const apply = useMutation({
    mutationFn: () => adminApi.updateStream(name, update, { version: versionId }),
    onSuccess: async ({ version }) => {
      showToast("good", `${name} is at version ${version}`);
      await queries.invalidateQueries({ queryKey: ["stream", name] });
      await navigate({ to: "/streams/$name", params: { name } });
    },
  });
  const problem = apply.error ?? check.error;
  return (
    <Card title="The change" about="What is in force now, and what would be.">
      {problem !== null && <Note tone="bad">{problem.message}</Note>}
      {check.data !== undefined && (
        <>
          <DiffText before={editableOf({ destination, extensions })} after={editableOf(check.data)} />
          <div className="actions">
            <RoleButton needs="admin" kind="primary" onClick={() => apply.mutate()} disabled={apply.isPending}>
              Apply the change
            </RoleButton>
          </div>
        </>
      )}
    </Card>
  );
}

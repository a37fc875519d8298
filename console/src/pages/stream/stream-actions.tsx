import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { adminApi, type StreamDetails, type StreamState } from "../../api/admin-api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { showToast } from "../../ui/toasts.tsx";

export interface StreamActionsProps {
  readonly stream: StreamDetails;
  readonly live: StreamState;
}

export function StreamActions({ stream: { name }, live }: StreamActionsProps) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const failed = (error: Error) => showToast("bad", error.message);
  const flush = useMutation({
    mutationFn: () => adminApi.flushStream(name),
    onSuccess: ({ flushed }) =>
      showToast(
        "good",
        flushed ? "Everything accepted so far is delivered" : "The flush goes on; it takes longer than usual",
      ),
    onError: failed,
  });
  const redrive = useMutation({
    mutationFn: () => adminApi.redriveStream(name, {}),
    onSuccess: ({ id }) => {
      showToast("good", `Redrive ${id} has begun`);
      return queries.invalidateQueries({ queryKey: ["redrives", name] });
    },
    onError: failed,
  });
  const errored = (live.health?.balance ?? []).some((balance) => balance.errored > 0);
  const open = live.health !== undefined;
  return (
    <>
      <Button onClick={() => flush.mutate()} disabled={!open || flush.isPending}>
        {flush.isPending ? "Flushing…" : "Flush now"}
      </Button>
      <Button onClick={() => redrive.mutate()} disabled={!errored || redrive.isPending}>
        Redrive errors
      </Button>
      <Button kind="danger" onClick={() => setAsking(true)}>
        Delete…
      </Button>
      {asking && <DeleteDialog name={name} onClose={() => setAsking(false)} />}
    </>
  );
}

function DeleteDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [force, setForce] = useState(false);
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => adminApi.deleteStream(name, force ? { force: "true" } : {}),
    onSuccess: async () => {
      showToast("good", `${name} is being deleted; what is left is delivered first`);
      await navigate({ to: "/streams" });
    },
    onError: (error) => showToast("bad", error.message),
  });
  return (
    <Dialog
      title={`Delete ${name}?`}
      action="Delete the stream"
      danger
      disabled={typed !== name || remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        It takes no more records from now on. What it has delivered stays in the lake; what is left is delivered first.
      </p>
      <Field label="Type its name to go on">
        {(ids) => (
          <input
            {...ids}
            className="input"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      <label className="check">
        <input type="checkbox" checked={force} onChange={(event) => setForce(event.target.checked)} />
        Give up what cannot be delivered
      </label>
    </Dialog>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { adminApi, type StreamDetails, type StreamState } from "../../api/admin-api.ts";
import { RoleButton } from "../../live/role-button.tsx";
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
  const pause = useMutation({
    mutationFn: async (paused: boolean): Promise<{ readonly paused: boolean }> =>
      paused ? adminApi.pauseStream(name) : adminApi.resumeStream(name),
    onSuccess: ({ paused }) => {
      showToast("good", paused ? "Its deliveries read no further" : "Its deliveries read on");
      return queries.invalidateQueries({ queryKey: ["stream-health"] });
    },
    onError: failed,
  });
  const paused = live.health?.paused === true;
  const errored = (live.health?.balance ?? []).some((balance) => balance.errored > 0);
  const open = live.health !== undefined;
  return (
    <>
      <RoleButton needs="operator" onClick={() => flush.mutate()} disabled={!open || paused || flush.isPending}>
        {flush.isPending ? "Flushing…" : "Flush now"}
      </RoleButton>
      <RoleButton needs="operator" onClick={() => pause.mutate(!paused)} disabled={!open || pause.isPending}>
        {paused ? "Resume" : "Pause"}
      </RoleButton>
      <RoleButton needs="operator" onClick={() => redrive.mutate()} disabled={!errored || redrive.isPending}>
        Redrive errors
      </RoleButton>
      <RoleButton needs="admin" kind="danger" onClick={() => setAsking(true)}>
        Delete…
      </RoleButton>
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

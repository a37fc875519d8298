import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { adminApi, type DemoDataStatus } from "../../api/admin-api.ts";
import { RoleButton } from "../../live/role-button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatRate } from "../../ui/format-value.ts";
import { CheckInput, NumberInput, SelectInput } from "../../ui/inputs.tsx";
import { showToast } from "../../ui/toasts.tsx";

const EVERY_MS = 2_000;

const TIMES = [
  { value: "60", label: "1 minute" },
  { value: "300", label: "5 minutes" },
  { value: "900", label: "15 minutes" },
  { value: "3600", label: "1 hour" },
] as const;

/** Enough to see what becomes of them. */
const BAD_SHARE = 0.05;

/** Records that the server makes up, for whoever has no producer yet. */
export function DemoDataCard({ stream }: { readonly stream: string }) {
  const queries = useQueryClient();
  const queryKey = ["demo-data", stream];
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => adminApi.getDemoData(stream, { signal }),
    refetchInterval: EVERY_MS,
  });
  const [generator, setGenerator] = useState("ticker");
  const [perSecond, setPerSecond] = useState(10);
  const [seconds, setSeconds] = useState<(typeof TIMES)[number]["value"]>("60");
  const [spoils, setSpoils] = useState(false);
  const settled = { onError: (error: Error) => showToast("bad", error.message) };
  const refresh = () => queries.invalidateQueries({ queryKey });
  const badShare = spoils ? BAD_SHARE : 0;
  const start = useMutation({
    mutationFn: () => adminApi.startDemoData(stream, { generator, perSecond, seconds: Number(seconds), badShare }),
    onSuccess: refresh,
    ...settled,
  });
  const stop = useMutation({ mutationFn: () => adminApi.stopDemoData(stream), onSuccess: refresh, ...settled });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  const generators = data?.generators ?? [{ name: "ticker", summary: "" }];
  return (
    <Card title="Demo data" about="Records that the server makes up and puts into this stream like any producer.">
      <form className="form-row" onSubmit={submit} aria-label="Demo data">
        <SelectInput
          label="Kind"
          hint={generators.find(({ name }) => name === generator)?.summary}
          value={generator}
          choices={generators.map(({ name }) => ({ value: name, label: name }))}
          onChange={setGenerator}
        />
        <NumberInput label="Records per second" value={perSecond} onChange={setPerSecond} />
        <SelectInput label="For" value={seconds} choices={TIMES} onChange={setSeconds} />
        <CheckInput label="Spoil one in twenty" checked={spoils} onChange={setSpoils} />
        <div className="actions">
          <RoleButton needs="operator" type="submit" kind="primary" disabled={start.isPending}>
            Send demo data
          </RoleButton>
          {data?.sending?.state === "sending" && (
            <RoleButton needs="operator" onClick={() => stop.mutate()} disabled={stop.isPending}>
              Stop sending
            </RoleButton>
          )}
        </div>
      </form>
      {data?.sending !== undefined && <p role="status">{sendingText(data.sending)}</p>}
    </Card>
  );
}

function sendingText({ state, generator, perSecond, accepted, refused, failure }: DemoDataStatus): string {
  const what = state === "sending" ? `Sending ${generator} at ${formatRate(perSecond)}` : `Sent ${generator}`;
  const counts = [
    `${formatCount(accepted)} accepted`,
    ...(refused === 0 ? [] : [`${formatCount(refused)} refused because the stream is full or too slow`]),
  ];
  return `${what}: ${counts.join(", ")}${failure === undefined ? "" : `. It ended: ${failure}`}.`;
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { adminApi, type RedriveStatus } from "../../api/admin-api.ts";
import { RoleButton } from "../../live/role-button.tsx";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";
import { showToast } from "../../ui/toasts.tsx";

const EVERY_MS = 3_000;

const COLUMNS = [
  { label: "Redrive" },
  { label: "State" },
  { label: "Objects", number: true },
  { label: "Records", number: true },
  { label: "Begun" },
  { label: "Action" },
];

const TONES: Readonly<Record<RedriveStatus["state"], Tone>> = {
  running: "plain",
  done: "good",
  failed: "bad",
  cancelled: "warn",
  interrupted: "warn",
};

/** Error records that were put back. Nothing is shown of a stream that never needed it. */
export function RedrivesCard({ stream }: { readonly stream: string }) {
  const { data } = useQuery({
    queryKey: ["redrives", stream],
    queryFn: ({ signal }) => adminApi.listRedrives(stream, { signal }),
    refetchInterval: EVERY_MS,
  });
  const redrives = data?.redrives ?? [];
  if (redrives.length === 0) return null;
  return (
    <Card title="Redrives" about="Error records that were put back through their delivery.">
      <Table caption="Redrives of this stream" columns={COLUMNS}>
        {redrives.toReversed().map((redrive) => (
          <RedriveRow key={`${redrive.delivery} ${redrive.id}`} stream={stream} redrive={redrive} />
        ))}
      </Table>
    </Card>
  );
}

function RedriveRow({ stream, redrive }: { readonly stream: string; readonly redrive: RedriveStatus }) {
  const { id, delivery, state, objects, records, startedAt, failure, problems } = redrive;
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => adminApi.cancelRedrive(stream, String(id), { delivery }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["redrives", stream] }),
    onError: (error) => showToast("bad", error.message),
  });
  const why = failure ?? problems[0]?.reason;
  return (
    <tr>
      <th scope="row">
        {id}
        <span className="sub">{delivery}</span>
      </th>
      <td>
        <Badge tone={TONES[state]}>{state}</Badge>
        {why !== undefined && <span className="sub">{why}</span>}
      </td>
      <td className="number">{`${formatCount(objects.done)} of ${formatCount(objects.found)}`}</td>
      <td className="number">{formatCount(records.redriven)}</td>
      <td>{formatTime(startedAt)}</td>
      <td>
        {state === "running" && (
          <RoleButton needs="operator" onClick={() => cancel.mutate()} disabled={cancel.isPending}>
            Cancel
          </RoleButton>
        )}
      </td>
    </tr>
  );
}

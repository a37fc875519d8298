import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { adminApi, type ErrorSample, type SampledError } from "../../api/admin-api.ts";
import { RoleButton } from "../../live/role-button.tsx";
import { useStream } from "../../live/use-stream.ts";
import { RecordDetails } from "../../records/record-details.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatBytes, formatCount, formatTime } from "../../ui/format-value.ts";
import { SelectInput } from "../../ui/inputs.tsx";
import { Note } from "../../ui/note.tsx";
import { Table } from "../../ui/table.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { RedrivesCard } from "../stream/redrives-card.tsx";
import { StreamHead } from "../stream/stream-head.tsx";

const RECORDS = 50;

const KIND_COLUMNS = [{ label: "Code" }, { label: "Stage" }, { label: "Records", number: true }];
const RECORD_COLUMNS = [{ label: "Reason" }, { label: "Arrived" }, { label: "Record" }, { label: "Object" }];

export default function StreamErrorsPage() {
  const { name = "" } = useParams({ strict: false });
  const stream = useStream(name);
  const [chosen, setChosen] = useState<string>();
  const deliveries = (stream.data?.deliveries ?? []).filter(({ kind }) => kind === "primary");
  const delivery = chosen ?? deliveries[0]?.id;
  return (
    <>
      <StreamHead name={name} about="Records that could not be delivered, each with its reason, and the way back." />
      {deliveries.length > 1 && delivery !== undefined && (
        <SelectInput
          label="Delivery"
          value={delivery}
          choices={deliveries.map(({ id }) => ({ value: id, label: id }))}
          onChange={setChosen}
        />
      )}
      {stream.error !== null && <Note tone="bad">{stream.error.message}</Note>}
      {delivery !== undefined && <ErrorOutput key={delivery} stream={name} delivery={delivery} />}
      <RedrivesCard stream={name} />
    </>
  );
}

interface DeliveryOfStream {
  readonly stream: string;
  readonly delivery: string;
}

function ErrorOutput({ stream, delivery }: DeliveryOfStream) {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["errors", stream, delivery],
    queryFn: ({ signal }) => adminApi.listErrors(stream, { delivery, limit: RECORDS }, { signal }),
  });
  const look = (
    <Button onClick={() => void refetch()} disabled={isFetching}>
      {isFetching ? "Looking…" : "Look again"}
    </Button>
  );
  return (
    <Card title="Error output" about={data === undefined ? "" : aboutText(data)} aside={look}>
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data?.problems.map(({ key, reason }) => (
        <Note tone="warn" key={key}>
          {key}: {reason}
        </Note>
      ))}
      {data?.objects === 0 && (
        <p>
          Nothing is in the error output. What processors, the format or the destination refuse lands there as one JSON
          line a record, and shows up here.
        </p>
      )}
      {data !== undefined && data.records.length > 0 && <ErrorTables sample={data} place={{ stream, delivery }} />}
    </Card>
  );
}

function aboutText({ objects, objectsRead, bytes }: ErrorSample): string {
  const all = `${formatCount(objects)} ${objects === 1 ? "object" : "objects"}, ${formatBytes(bytes)}`;
  return objectsRead < objects ? `${all}; what follows is of the newest ${objectsRead}.` : `${all}.`;
}

function ErrorTables({ sample, place }: { readonly sample: ErrorSample; readonly place: DeliveryOfStream }) {
  const redrive = useRedrive(place);
  return (
    <>
      <Table caption="Kinds of errors" columns={KIND_COLUMNS}>
        {sample.kinds.map(({ errorType, code, records }) => (
          <tr key={`${errorType} ${code}`}>
            <th scope="row">{code || "(none)"}</th>
            <td>{errorType}</td>
            <td className="number">{formatCount(records)}</td>
          </tr>
        ))}
      </Table>
      <div className="actions">
        <RoleButton needs="operator" onClick={() => redrive.mutate(undefined)} disabled={redrive.isPending}>
          Redrive all
        </RoleButton>
      </div>
      <Table caption="Newest error records" columns={RECORD_COLUMNS}>
        {sample.records.map((record, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: AWS's error records have nothing else to be told apart by.
          <ErrorRow key={`${record.key} ${record.offset} ${at}`} record={record}>
            <RoleButton
              needs="operator"
              aria-label={`Redrive object ${record.key}`}
              onClick={() => redrive.mutate(record.key)}
              disabled={redrive.isPending}
            >
              Redrive this object
            </RoleButton>
          </ErrorRow>
        ))}
      </Table>
    </>
  );
}

function ErrorRow({ record, children }: { readonly record: SampledError; readonly children: ReactNode }) {
  const { code, message, attempts, arrivalMs, key } = record;
  return (
    <tr>
      <th scope="row" className="reason">
        {code}
        <span className="sub">
          {message}
          {attempts > 1 && ` (${attempts} attempts)`}
        </span>
      </th>
      <td>{arrivalMs === undefined ? "unknown" : formatTime(arrivalMs)}</td>
      <td className="wide">
        <RecordDetails record={record} />
      </td>
      <td>
        <span className="sub key">{key}</span>
        {children}
      </td>
    </tr>
  );
}

/** Of all that the delivery could not deliver, or of one object. */
function useRedrive({ stream, delivery }: DeliveryOfStream) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string | undefined) =>
      adminApi.redriveStream(stream, { delivery, ...(key !== undefined && { keys: [key] }) }),
    onSuccess: ({ id }) => {
      showToast("good", `Redrive ${id} has begun`);
      return queries.invalidateQueries({ queryKey: ["redrives", stream] });
    },
    onError: (error) => showToast("bad", error.message),
  });
}

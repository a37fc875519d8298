import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { NewestRecord } from "../../api/admin-api.ts";
import { RecordDetails } from "../../records/record-details.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatBytes, formatCount, formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { Table } from "../../ui/table.tsx";
import { StreamHead } from "../stream/stream-head.tsx";
import { DemoDataCard } from "./demo-data-card.tsx";
import { TAIL_RECORDS_MAX } from "./tail.ts";
import { useTail } from "./use-tail.ts";

const COLUMNS = [
  { label: "Offset", number: true },
  { label: "Arrived" },
  { label: "Size", number: true },
  { label: "Record" },
];

export default function StreamRecordsPage() {
  const { name = "" } = useParams({ strict: false });
  return (
    <>
      <StreamHead name={name} about="What the log took last, before any processor has seen it." />
      <DemoDataCard stream={name} />
      <TailCard stream={name} />
    </>
  );
}

function TailCard({ stream }: { readonly stream: string }) {
  const [following, setFollowing] = useState(true);
  const { data, error } = useTail(stream, following);
  const follow = <Button onClick={() => setFollowing(!following)}>{following ? "Stop following" : "Follow"}</Button>;
  return (
    <Card title="Newest records" about={`The last ${TAIL_RECORDS_MAX}, newest on top.`} aside={follow}>
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data !== undefined && data.skipped > 0 && (
        <p>{formatCount(data.skipped)} records came faster than this page asks, and are not shown.</p>
      )}
      {data?.records.length === 0 ? (
        <p>
          The log holds no record. It lets go of what every delivery has landed, and new ones appear here within a
          second.
        </p>
      ) : (
        <Table caption="Newest records of the log" columns={COLUMNS}>
          {data?.records.map((record) => (
            <RecordRow key={record.offset} record={record} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function RecordRow({ record }: { readonly record: NewestRecord }) {
  const { offset, arrivalMs, size, onlyDelivery } = record;
  return (
    <tr>
      <th scope="row" className="number">
        {offset}
      </th>
      <td>
        {formatTime(arrivalMs)}
        {onlyDelivery !== undefined && <span className="sub">once more, for {onlyDelivery}</span>}
      </td>
      <td className="number">{formatBytes(size)}</td>
      <td className="wide">
        <RecordDetails record={record} />
      </td>
    </tr>
  );
}

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { adminApi, type TriedRecord } from "../../api/admin-api.ts";
import { recordsIn } from "../../dry-run/sample-lines.ts";
import { RoleButton } from "../../live/role-button.tsx";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { CheckInput, SelectInput, TextAreaInput } from "../../ui/inputs.tsx";
import { Note } from "../../ui/note.tsx";
import { Table } from "../../ui/table.tsx";
import { showToast } from "../../ui/toasts.tsx";

const COLUMNS = [{ label: "Record", number: true }, { label: "Result" }, { label: "What came back" }];

const TONES: Readonly<Record<TriedRecord["result"], Tone>> = { kept: "good", dropped: "plain", rejected: "bad" };

/** Records that are taken from a stream at a time. */
const TAKEN = 10;

/** A call as a stream would make it, with records that one pastes or takes from a stream. */
export function TestCard({ name }: { readonly name: string }) {
  const [text, setText] = useState("");
  const [fanOut, setFanOut] = useState(false);
  const records = recordsIn(text);
  const invoke = useMutation({ mutationFn: () => adminApi.invokeFunction(name, { records, fanOut }) });
  return (
    <Card title="Test" about="Called as a stream would call it, and once only.">
      <TakeRecords onTaken={setText} />
      <TextAreaInput label="Records" hint="One a line." value={text} onChange={setText} />
      <CheckInput label="One record may become many" checked={fanOut} onChange={setFanOut} />
      <div className="actions">
        <RoleButton
          needs="operator"
          kind="primary"
          onClick={() => invoke.mutate()}
          disabled={records.length === 0 || invoke.isPending}
        >
          {invoke.isPending ? "Calling…" : "Call the function"}
        </RoleButton>
      </div>
      {invoke.error !== null && <Note tone="bad">{invoke.error.message}</Note>}
      {invoke.data !== undefined && (
        <>
          <p role="status">It took {invoke.data.durationMs} ms.</p>
          <Table caption="What the function made of the records" columns={COLUMNS}>
            {invoke.data.results.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one record may come back as several that are alike.
              <ResultRow key={at} row={row} />
            ))}
          </Table>
        </>
      )}
    </Card>
  );
}

function ResultRow({ row }: { readonly row: TriedRecord }) {
  const { record, result, data, dataBase64, partitionKeys, code, message } = row;
  const keys = Object.entries(partitionKeys ?? {}).map(([key, value]) => `${key}=${value}`);
  return (
    <tr>
      <th scope="row" className="number">
        {record}
      </th>
      <td>
        <Badge tone={TONES[result]}>{result}</Badge>
      </td>
      <td className="wide">
        {result === "rejected" ? `${code}: ${message}` : <code>{data ?? dataBase64 ?? ""}</code>}
        {keys.length > 0 && <span className="sub">{keys.join(", ")}</span>}
      </td>
    </tr>
  );
}

function TakeRecords({ onTaken }: { readonly onTaken: (text: string) => void }) {
  const [chosen, setChosen] = useState<string>();
  const { data } = useQuery({
    queryKey: ["stream-health"],
    queryFn: ({ signal }) => adminApi.listStreamHealth({ signal }),
  });
  const names = (data?.streams ?? []).map(({ name }) => name);
  const stream = chosen ?? names[0];
  const take = useMutation({
    mutationFn: (from: string) => adminApi.listRecords(from, { limit: TAKEN }),
    onSuccess: ({ records }) => {
      const whole = records.flatMap(({ text }) => (text === undefined ? [] : [text.trimEnd()]));
      if (whole.length === 0) showToast("bad", "The log of this stream holds no record of text");
      else onTaken(whole.join("\n"));
    },
    onError: (error) => showToast("bad", error.message),
  });
  if (stream === undefined) return null;
  return (
    <div className="form-row">
      <SelectInput
        label="Stream"
        value={stream}
        choices={names.map((name) => ({ value: name, label: name }))}
        onChange={setChosen}
      />
      <div className="actions">
        <RoleButton needs="viewer" onClick={() => take.mutate(stream)} disabled={take.isPending}>
          Take its newest records
        </RoleButton>
      </div>
    </div>
  );
}

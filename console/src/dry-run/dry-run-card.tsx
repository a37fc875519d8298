import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { adminApi, type DryRunResult } from "../api/admin-api.ts";
import { RoleButton } from "../live/role-button.tsx";
import { Card } from "../ui/card.tsx";
import { formatBytes } from "../ui/format-value.ts";
import { TextAreaInput } from "../ui/inputs.tsx";
import { Note } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";
import { recordsIn } from "./sample-lines.ts";

type JsonMembers = Readonly<Record<string, unknown>>;

export interface DryRunCardProps {
  readonly stream: string;
  /** A stream that is to be created, or a change of the one that is there. */
  readonly wanted: { readonly request: JsonMembers } | { readonly update: JsonMembers };
}

const OBJECT_COLUMNS = [{ label: "Object" }, { label: "Size", number: true }];
const REJECT_COLUMNS = [{ label: "Reason" }, { label: "Record" }];

/** What would become of some records, found out on the server without a trace. */
export function DryRunCard({ stream, wanted }: DryRunCardProps) {
  const [text, setText] = useState("");
  const records = recordsIn(text);
  const run = useMutation({
    mutationFn: () => adminApi.dryRunStream(stream, { records, ...wanted }),
  });
  return (
    <Card title="Dry run" about="Paste a few records: see where they would land, and what would be rejected.">
      <TextAreaInput
        label="Sample records"
        hint="One a line. Functions are called; nothing is made, and nothing leaves the server."
        value={text}
        onChange={setText}
      />
      <div className="actions">
        <RoleButton needs="operator" onClick={() => run.mutate()} disabled={records.length === 0 || run.isPending}>
          {run.isPending ? "Trying…" : "Try it out"}
        </RoleButton>
      </div>
      {run.error !== null && <Note tone="bad">{run.error.message}</Note>}
      {run.data !== undefined && <Outcome result={run.data} />}
    </Card>
  );
}

function Outcome({ result: { warnings, objects, rejects } }: { readonly result: DryRunResult }) {
  return (
    <>
      <p role="status">
        {objects.length === 1 ? "1 object" : `${objects.length} objects`} would be written, and{" "}
        {rejects.length === 1 ? "1 record" : `${rejects.length} records`} rejected.
      </p>
      {warnings.map((warning) => (
        <Note tone="warn" key={warning}>
          {warning}
        </Note>
      ))}
      {objects.length > 0 && (
        <Table caption="Objects of the dry run" columns={OBJECT_COLUMNS}>
          {objects.map(({ bucket, key, bytes }) => (
            <tr key={`${bucket}/${key}`}>
              <th scope="row" className="reason">
                {bucket}/{key}
              </th>
              <td className="number">{formatBytes(bytes)}</td>
            </tr>
          ))}
        </Table>
      )}
      {rejects.length > 0 && (
        <Table caption="Rejected by the dry run" columns={REJECT_COLUMNS}>
          {rejects.map(({ code, message, rawData }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two rejected records may be alike, and the list never changes.
            <tr key={at}>
              <th scope="row" className="reason">
                {code}
                <span className="sub">{message}</span>
              </th>
              <td>
                <code>{rawData}</code>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { adminApi, type FunctionSummary } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Table } from "../../ui/table.tsx";

const EVERY_MS = 5_000;

const COLUMNS = ["Function", "State", "Runs", "Handler", "Streams"].map((label) => ({ label }));

const TARGETS: Readonly<Record<FunctionSummary["target"], string>> = {
  local: "here",
  lambda: "on AWS Lambda",
  url: "behind an address",
};

export default function FunctionsPage() {
  const { data, error } = useQuery({
    queryKey: ["functions"],
    queryFn: ({ signal }) => adminApi.listFunctions({ signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <>
      <PageHead title="Functions" about="Code of yours that records go through: AWS Lambda handlers, unmodified." />
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data?.functions.length === 0 && <NoFunctions />}
      {data !== undefined && data.functions.length > 0 && (
        <Table caption="Functions" columns={COLUMNS}>
          {data.functions.map((one) => (
            <FunctionRow key={one.name} one={one} />
          ))}
        </Table>
      )}
    </>
  );
}

function FunctionRow({ one }: { readonly one: FunctionSummary }) {
  const { name, target, where, runtime, handler, problem, streams } = one;
  return (
    <tr>
      <th scope="row">
        <Link to="/functions/$name" params={{ name }}>
          {name}
        </Link>
        <span className="sub">{where}</span>
      </th>
      <td>
        <Badge tone={problem === undefined ? "good" : "bad"}>{problem === undefined ? "Ready" : "Cannot run"}</Badge>
        {problem !== undefined && <span className="sub">{problem}</span>}
      </td>
      <td>
        {TARGETS[target]}
        {runtime !== undefined && <span className="sub">{runtime}</span>}
      </td>
      <td>{handler ?? ""}</td>
      <td>
        {streams.map((stream) => (
          <Link className="sub" key={stream} to="/streams/$name" params={{ name: stream }}>
            {stream}
          </Link>
        ))}
      </td>
    </tr>
  );
}

function NoFunctions() {
  return (
    <EmptyState title="No function yet">
      <p>
        A folder <code>functions/NAME</code> in the data folder is a function: put an AWS Lambda handler for Firehose
        into it, such as <code>index.mjs</code>, and it is here at once.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys */}
      <pre tabIndex={0}>
        <code>{EXAMPLE}</code>
      </pre>
    </EmptyState>
  );
}

const EXAMPLE = `export async function handler({ records }) {
  return { records: records.map((record) => ({ ...record, result: "Ok" })) };
}`;

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { adminApi, type FunctionDetails } from "../../api/admin-api.ts";
import { ApiError } from "../../api/api-error.ts";
import { Card } from "../../ui/card.tsx";
import { formatBytes, formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Table } from "../../ui/table.tsx";
import { TestCard } from "./test-card.tsx";

const EVERY_MS = 3_000;

export default function FunctionPage() {
  const { name = "" } = useParams({ strict: false });
  const { data, error } = useQuery({
    queryKey: ["function", name],
    queryFn: ({ signal }) => adminApi.getFunction(name, { signal }),
    refetchInterval: EVERY_MS,
  });
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <>
      <nav className="crumbs" aria-label="Back">
        <Link to="/functions">All functions</Link>
      </nav>
      {gone ? (
        <PageHead title="There is no such function" about={`Nothing is called ${name} here.`} />
      ) : (
        <>
          <PageHead title={name} about={data === undefined ? "" : `${data.where} ${data.handler ?? ""}`} />
          {error !== null && <Note tone="bad">{error.message}</Note>}
          {data?.problem !== undefined && <Note tone="bad">{data.problem}</Note>}
          <TestCard name={name} />
          {data !== undefined && <OutputCard output={data.output} />}
          {data !== undefined && <SourceCard files={data.files} />}
        </>
      )}
    </>
  );
}

const OUTPUT_COLUMNS = [{ label: "Time" }, { label: "Channel" }, { label: "Line" }];

function OutputCard({ output }: Pick<FunctionDetails, "output">) {
  const newest = output.map((line, at) => ({ ...line, id: at })).toReversed();
  return (
    <Card title="Log" about="What it printed last, since the server was started; newest on top.">
      {newest.length === 0 ? (
        <p>It has printed nothing. What a handler writes to standard output or standard error shows up here.</p>
      ) : (
        <Table caption="Output of the function" columns={OUTPUT_COLUMNS}>
          {newest.map(({ id, at, channel, line }) => (
            <tr key={id}>
              <th scope="row">{formatTime(at)}</th>
              <td>{channel}</td>
              <td className="wide">
                <code>{line}</code>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

function SourceCard({ files }: Pick<FunctionDetails, "files">) {
  return (
    <Card
      title="Source"
      about="Its own code: packages, hidden files and its settings, which may hold secrets, are left out."
    >
      {files.length === 0 && <p>Its code is not on this server.</p>}
      {files.map(({ path, size, text }, at) => (
        <details key={path} className="record" open={at === 0}>
          <summary>
            {path} <span className="sub">{formatBytes(size)}</span>
          </summary>
          {text === undefined ? (
            <p>It is no text, or too long to be shown.</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys
            <pre tabIndex={0}>
              <code>{text}</code>
            </pre>
          )}
        </details>
      ))}
    </Card>
  );
}

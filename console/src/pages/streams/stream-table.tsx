import { Link } from "@tanstack/react-router";
import type { StreamState } from "../../api/admin-api.ts";
import { ratesOf, type StreamSample, type StreamSamples } from "../../live/stream-samples.ts";
import { Badge } from "../../ui/badge.tsx";
import { formatBytes, formatCount, formatDuration, formatRate } from "../../ui/format-value.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { Table } from "../../ui/table.tsx";
import { stateOf } from "./state-of.ts";

export interface StreamTableProps {
  readonly streams: readonly StreamState[];
  readonly samples: StreamSamples;
}

const COLUMNS = ["Stream", "State", "Accepted", "Freshness", "Errors", "Log"].map((label) => ({ label }));

export function StreamTable({ streams, samples }: StreamTableProps) {
  return (
    <Table caption="Streams, with what they did in the last minutes" columns={COLUMNS}>
      {streams.map((stream) => (
        <StreamRow key={stream.name} stream={stream} samples={samples.of(stream.name)} />
      ))}
    </Table>
  );
}

function StreamRow({ stream, samples }: { readonly stream: StreamState; readonly samples: readonly StreamSample[] }) {
  const accepted = ratesOf(samples, "accepted");
  const errored = ratesOf(samples, "errored");
  const last = samples.at(-1);
  const state = stateOf(stream);
  return (
    <tr>
      <th scope="row">
        <Link to="/streams/$name" params={{ name: stream.name }}>
          {stream.name}
        </Link>
        <span className="sub">{last === undefined ? "" : `${formatCount(last.accepted)} records`}</span>
      </th>
      <td>
        <Badge tone={state.tone}>{state.label}</Badge>
      </td>
      <Measured values={accepted} text={formatRate(accepted.at(-1) ?? 0)} />
      <Measured
        values={samples.map(({ freshnessMs }) => freshnessMs)}
        text={last === undefined ? "unknown" : formatDuration(last.freshnessMs)}
      />
      <Measured values={errored} text={formatCount(last?.errored ?? 0)} />
      <Measured values={samples.map(({ logBytes }) => logBytes)} text={formatBytes(last?.logBytes ?? 0)} />
    </tr>
  );
}

function Measured({ values, text }: { readonly values: readonly number[]; readonly text: string }) {
  return (
    <td>
      <span className="measure">
        {text}
        <Sparkline values={values} />
      </span>
    </td>
  );
}

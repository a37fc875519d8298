import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { adminApi, type Source, type Trigger } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { formatBytes, formatCount, formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Table } from "../../ui/table.tsx";
import { type Reader, readerState } from "./reader-state.ts";

const EVERY_MS = 3_000;

export default function FlowsPage() {
  return (
    <>
      <PageHead
        title="Sources and triggers"
        about="What streams are fed from, and what is called when something happens."
      />
      <SourcesCard />
      <TriggersCard />
    </>
  );
}

const SOURCE_COLUMNS = [
  { label: "Source" },
  { label: "State" },
  { label: "Reads" },
  { label: "Into" },
  { label: "Records", number: true },
  { label: "Last one" },
];

function SourcesCard() {
  const { data, error } = useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => adminApi.listSources({ signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Card title="Sources" about="Declared under sources in the configuration, or part of a stream.">
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data?.sources.length === 0 ? (
        <p>
          No source is declared. Kafka, Kinesis, SQS, RabbitMQ, MQTT, DynamoDB Streams and files become one by a few
          lines under <code>sources:</code> in the configuration.
        </p>
      ) : (
        <Table caption="What streams are fed from" columns={SOURCE_COLUMNS}>
          {data?.sources.map((source) => (
            <SourceRow key={source.name} source={source} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function SourceRow({ source }: { readonly source: Source }) {
  const { name, kind, stream, upstream, records, bytes, duplicates, lastAppendAt, measures } = source;
  return (
    <tr>
      <Named name={name} kind={kind} />
      <StateCell reader={source} />
      <td>
        {upstream}
        <Measures values={measures} />
      </td>
      <td>
        <Link to="/streams/$name" params={{ name: stream }}>
          {stream}
        </Link>
      </td>
      <td className="number">
        {formatCount(records)}
        <span className="sub">{formatBytes(bytes)}</span>
        {duplicates > 0 && <span className="sub">{formatCount(duplicates)} known already</span>}
      </td>
      <td>{lastAppendAt === undefined ? "none yet" : formatTime(lastAppendAt)}</td>
    </tr>
  );
}

const TRIGGER_COLUMNS = [
  { label: "Trigger" },
  { label: "State" },
  { label: "Listens to" },
  { label: "Calls" },
  { label: "Calls made", number: true },
  { label: "Failed", number: true },
];

function TriggersCard() {
  const { data, error } = useQuery({
    queryKey: ["triggers"],
    queryFn: ({ signal }) => adminApi.listTriggers({ signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Card title="Triggers" about="Declared under triggers in the configuration.">
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data?.triggers.length === 0 ? (
        <p>
          No trigger is declared. New objects, deliveries, schedules, queues and streams call functions, webhooks, SQS
          queues and Kafka topics by a few lines under <code>triggers:</code> in the configuration.
        </p>
      ) : (
        <Table caption="What listens and calls" columns={TRIGGER_COLUMNS}>
          {data?.triggers.map((trigger) => (
            <TriggerRow key={trigger.name} trigger={trigger} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function TriggerRow({ trigger }: { readonly trigger: Trigger }) {
  const { name, kind, upstream, target, calls, failedCalls, givenUp, callFailure } = trigger;
  return (
    <tr>
      <Named name={name} kind={kind} />
      <StateCell reader={trigger} />
      <td>{upstream}</td>
      <td>{target}</td>
      <td className="number">{formatCount(calls)}</td>
      <td className="number">
        {formatCount(failedCalls)}
        {givenUp > 0 && <span className="sub">{formatCount(givenUp)} events given up</span>}
        {callFailure !== undefined && <span className="sub">{callFailure.message}</span>}
      </td>
    </tr>
  );
}

function Named({ name, kind }: { readonly name: string; readonly kind: string }): ReactNode {
  return (
    <th scope="row">
      {name}
      <span className="sub">{kind}</span>
    </th>
  );
}

function StateCell({ reader }: { readonly reader: Reader }) {
  const { tone, label, why } = readerState(reader);
  return (
    <td>
      <Badge tone={tone}>{label}</Badge>
      {why !== undefined && <span className="sub">{why}</span>}
    </td>
  );
}

function Measures({ values }: { readonly values: Readonly<Record<string, number>> }) {
  const texts = Object.entries(values).map(([name, value]) => `${name} ${formatCount(value)}`);
  return texts.length === 0 ? null : <span className="sub">{texts.join(", ")}</span>;
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Alarm, type AlarmTarget, adminApi } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Table } from "../../ui/table.tsx";

const EVERY_MS = 10_000;

const COLUMNS = [
  { label: "Stream" },
  { label: "State" },
  { label: "Rule" },
  { label: "Measure" },
  { label: "Now", number: true },
  { label: "Limit", number: true },
];

const TARGET_COLUMNS = [
  { label: "Told" },
  { label: "How" },
  { label: "Waiting", number: true },
  { label: "Last failure" },
];

export default function AlarmsPage() {
  const { data, error } = useQuery({
    queryKey: ["alarms"],
    queryFn: ({ signal }) => adminApi.listAlarms({ signal }),
    refetchInterval: EVERY_MS,
  });
  const alarms = data?.alarms ?? [];
  // Those that ring come first.
  const sorted = [...alarms].sort((one, other) => Number(other.state === "alarm") - Number(one.state === "alarm"));
  return (
    <>
      <PageHead title="Alarms" about="Each stream under each rule, looked at every minute." />
      {error !== null && <Note tone="bad">{error.message}</Note>}
      {data !== undefined && alarms.length === 0 && data.targets.length === 0 && <NoAlarms />}
      {sorted.length > 0 && (
        <Table caption="Alarms" columns={COLUMNS}>
          {sorted.map((alarm) => (
            <AlarmRow key={`${alarm.rule} ${alarm.stream}`} alarm={alarm} />
          ))}
        </Table>
      )}
      {data !== undefined && data.targets.length > 0 && <TargetsCard targets={data.targets} />}
    </>
  );
}

function AlarmRow({ alarm }: { readonly alarm: Alarm }) {
  const { rule, stream, state, since, severity, measure, above, value } = alarm;
  const rings = state === "alarm";
  return (
    <tr>
      <th scope="row">
        <Link to="/streams/$name" params={{ name: stream }}>
          {stream}
        </Link>
      </th>
      <td>
        <Badge tone={rings ? "bad" : "good"}>{rings ? "Alarm" : "OK"}</Badge>
        {since !== undefined && <span className="sub">since {formatTime(since)}</span>}
      </td>
      <td>
        {rule}
        <span className="sub">{severity}</span>
      </td>
      <td>{measure}</td>
      <td className="number">{value === undefined ? "unknown" : formatCount(value)}</td>
      <td className="number">{formatCount(above)}</td>
    </tr>
  );
}

function TargetsCard({ targets }: { readonly targets: readonly AlarmTarget[] }) {
  return (
    <Card title="Who is told">
      <Table caption="Targets of alarms" columns={TARGET_COLUMNS}>
        {targets.map(({ name, target, waiting, failure }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{target}</td>
            <td className="number">{formatCount(waiting)}</td>
            <td>{failure === undefined ? "none" : `${formatTime(failure.at)}: ${failure.message}`}</td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function NoAlarms() {
  return (
    <EmptyState title="No alarm is set">
      <p>
        A rule compares a measure of every stream with a limit, and targets are told when one is exceeded. Both stand in
        the configuration:
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys */}
      <pre tabIndex={0}>
        <code>{EXAMPLE}</code>
      </pre>
    </EmptyState>
  );
}

const EXAMPLE = `alarms:
  rules:
    late: { measure: freshness-seconds, above: 900 }
  targets:
    ops: { webhook: { url: "https://example.com/alarms" } }`;

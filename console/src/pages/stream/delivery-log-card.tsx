import { useQuery } from "@tanstack/react-query";
import { adminApi } from "../../api/admin-api.ts";
import { Card } from "../../ui/card.tsx";
import { formatTime } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";

const EVERY_MS = 5_000;
const EVENTS = 50;

const COLUMNS = [{ label: "Time" }, { label: "Code" }, { label: "What happened" }];

/** What CloudWatchLoggingOptions switches on: why records were rejected and deliveries tried again, newest first. */
export function DeliveryLogCard({ stream }: { readonly stream: string }) {
  const { data } = useQuery({
    queryKey: ["delivery-log", stream],
    queryFn: ({ signal }) => adminApi.readDeliveryLog(stream, { limit: EVENTS }, { signal }),
    refetchInterval: EVERY_MS,
  });
  const events = (data?.logStreams ?? [])
    .flatMap(({ name, events }) => events.map((event, at) => ({ ...event, id: `${name} ${event.timestamp} ${at}` })))
    .sort((one, other) => (other.timestamp ?? "").localeCompare(one.timestamp ?? ""))
    .slice(0, EVENTS);
  return (
    <Card title="Delivery log" about={`The newest ${EVENTS} events, the last one first.`}>
      {events.length === 0 ? (
        <p>
          Nothing is written here. Errors are, once <code>CloudWatchLoggingOptions</code> of the destination are
          enabled, as on AWS.
        </p>
      ) : (
        <Table caption="Events of the delivery log" columns={COLUMNS}>
          {events.map(({ id, timestamp, errorCode, message }) => (
            <tr key={id}>
              <th scope="row">{timestamp === undefined ? "" : formatTime(Date.parse(timestamp))}</th>
              <td>{errorCode}</td>
              <td>{message}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

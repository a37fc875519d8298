import type { StreamHealth } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";

const COLUMNS = [
  { label: "Delivery" },
  { label: "Accepted", number: true },
  { label: "Delivered", number: true },
  { label: "Errored", number: true },
  { label: "Dropped", number: true },
  { label: "Pending", number: true },
  { label: "Balance" },
];

/** The promise of the product, counted: nothing that was accepted is anywhere else. */
export function BalanceCard({ health }: { readonly health: StreamHealth }) {
  return (
    <Card title="Balance" about="Accepted = delivered + errored + dropped + pending, for each delivery, at any moment.">
      <Table caption="Balance of each delivery" columns={COLUMNS}>
        {health.balance.map(({ id, accepted, delivered, errored, dropped, pending, balanced }) => (
          <tr key={id}>
            <th scope="row">{id}</th>
            {[accepted, delivered, errored, dropped, pending].map((count, at) => (
              <td className="number" key={COLUMNS[at + 1]?.label}>
                {formatCount(count)}
              </td>
            ))}
            <td>
              <Badge tone={balanced ? "good" : "bad"}>{balanced ? "Balanced" : "Does not balance"}</Badge>
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

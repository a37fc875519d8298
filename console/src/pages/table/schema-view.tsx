import type { Table } from "../../api/admin-api.ts";
import { Badge } from "../../ui/badge.tsx";
import { Table as Rows } from "../../ui/table.tsx";

const COLUMNS = [{ label: "Column" }, { label: "Type" }, { label: "Comment" }];

export function SchemaView({ table: { storageDescriptor, partitionKeys = [] } }: { readonly table: Table }) {
  const columns = storageDescriptor?.columns ?? [];
  if (columns.length + partitionKeys.length === 0) return <p>The table has no columns.</p>;
  return (
    <Rows caption="Columns of the table, then its partition keys" columns={COLUMNS}>
      {columns.map(({ name, type = "string", comment }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>
            <code>{type}</code>
          </td>
          <td>{comment}</td>
        </tr>
      ))}
      {partitionKeys.map(({ name, type = "string", comment }) => (
        <tr key={`key ${name}`}>
          <th scope="row">
            {name} <Badge tone="plain">partition key</Badge>
          </th>
          <td>
            <code>{type}</code>
          </td>
          <td>{comment}</td>
        </tr>
      ))}
    </Rows>
  );
}

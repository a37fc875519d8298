import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Database, TableSummary } from "../../api/admin-api.ts";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { TextInput } from "../../ui/inputs.tsx";
import { Table } from "../../ui/table.tsx";

export interface TablesCardProps {
  /** Absent until they are known. */
  readonly databases: readonly Database[] | undefined;
  readonly tables: readonly TableSummary[] | undefined;
}

const COLUMNS = [
  { label: "Table" },
  { label: "Columns", number: true },
  { label: "Version", number: true },
  { label: "Changed" },
];

/** With more than this one looks for a name and does not read a list. */
const FINDABLE_MIN = 8;
const SHOWN_MAX = 200;

export function TablesCard({ databases, tables }: TablesCardProps) {
  const [wanted, setWanted] = useState("");
  if (databases === undefined || tables === undefined) return <Card title="Tables">Looking…</Card>;
  const words = wanted.trim().toLowerCase();
  const found = tables.filter(({ database, name }) => `${database}.${name}`.includes(words));
  const shown = found.slice(0, SHOWN_MAX);
  const about = `${formatCount(tables.length)} in ${formatCount(databases.length)} databases`;
  return (
    <Card title="Tables" about={tables.length === 0 ? undefined : about}>
      {tables.length === 0 && <NoTables databases={databases} />}
      {tables.length >= FINDABLE_MIN && <TextInput label="Find a table" value={wanted} onChange={setWanted} />}
      {shown.length > 0 && (
        <Table caption="Tables of all databases" columns={COLUMNS}>
          {shown.map((table) => (
            <TableRow key={`${table.database}.${table.name}`} table={table} />
          ))}
        </Table>
      )}
      {tables.length > 0 && found.length === 0 && <p>{`No table has “${wanted}” in its name.`}</p>}
      {found.length > shown.length && <p>{`These are the first ${SHOWN_MAX}; a longer name finds fewer.`}</p>}
    </Card>
  );
}

function TableRow({ table: { database, name, columns, version, updatedAt } }: { readonly table: TableSummary }) {
  return (
    <tr>
      <th scope="row">
        <Link to="/lake/tables/$table" params={{ table: `${database}.${name}` }}>
          {name}
        </Link>
        <span className="sub">{database}</span>
      </th>
      <td className="number">{columns}</td>
      <td className="number">{version}</td>
      <td>{formatTime(updatedAt)}</td>
    </tr>
  );
}

function NoTables({ databases }: { readonly databases: readonly Database[] }) {
  const empty =
    databases.length === 0 ? "There is no database yet." : `${databases.map(({ name }) => name).join(", ")} are empty.`;
  return (
    <p>
      {databases.length === 1 ? `Database ${databases[0]?.name} is empty.` : empty} A table says which files belong
      together and what their columns are, so that SQL can read them. A crawl of a folder, below, makes tables of what
      lies there; the Glue API and CREATE TABLE make them by hand.
    </p>
  );
}

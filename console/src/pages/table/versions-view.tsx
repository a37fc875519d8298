import { useQuery } from "@tanstack/react-query";
import { adminApi, type Table, type TableVersion } from "../../api/admin-api.ts";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { Table as Rows } from "../../ui/table.tsx";
import { schemaChanges } from "./schema-changes.ts";

const COLUMNS = [
  { label: "Version", number: true },
  { label: "Came" },
  { label: "Columns", number: true },
  { label: "What changed in them" },
];

export function VersionsView({ table: { database, name, version } }: { readonly table: Table }) {
  const { data, error } = useQuery({
    queryKey: ["table-versions", database, name, version],
    queryFn: ({ signal }) => adminApi.listTableVersions(`${database}.${name}`, { signal }),
  });
  if (error !== null) return <Note tone="bad">{error.message}</Note>;
  if (data === undefined) return <p>Looking…</p>;
  const { versions, total } = data;
  return (
    <>
      <Rows caption="Versions of the table, newest first" columns={COLUMNS}>
        {versions.map((one, at) => (
          <tr key={one.version}>
            <th scope="row" className="number">
              {one.version}
            </th>
            <td>{formatTime(one.updatedAt)}</td>
            <td className="number">{one.columns.length}</td>
            <td>{changesOf(one, versions[at + 1], at === total - 1)}</td>
          </tr>
        ))}
      </Rows>
      {total > versions.length && <p>{`These are the newest ${versions.length} of ${formatCount(total)}.`}</p>}
    </>
  );
}

function changesOf(version: TableVersion, before: TableVersion | undefined, first: boolean): string {
  if (before === undefined) return first ? "the first that is kept" : "";
  const changes = schemaChanges(before.columns, version.columns);
  return changes.length === 0 ? "nothing; the table's other settings" : changes.join(", ");
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { adminApi, type Table } from "../../api/admin-api.ts";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { TextInput } from "../../ui/inputs.tsx";
import { Table as Rows } from "../../ui/table.tsx";

const SHOWN_MAX = 200;

export function PartitionsView({ table: { database, name, partitionKeys = [] } }: { readonly table: Table }) {
  const [filter, setFilter] = useState("");
  const { data, error } = useQuery({
    queryKey: ["partitions", database, name, filter],
    queryFn: ({ signal }) => {
      const query = { limit: SHOWN_MAX, ...(filter.trim() !== "" && { filter }) };
      return adminApi.listPartitions(`${database}.${name}`, query, { signal });
    },
    placeholderData: (before) => before,
    enabled: partitionKeys.length > 0,
  });
  if (partitionKeys.length === 0) {
    return <p>The table has no partition keys: a query reads all of its files, whatever it asks for.</p>;
  }
  const columns = [
    ...partitionKeys.map((key) => ({ label: key.name })),
    { label: "Location" },
    { label: "Known since" },
  ];
  return (
    <>
      <TextInput
        label="Filter"
        hint={`An expression such as ${partitionKeys[0]?.name} = '2026'`}
        problem={error === null ? undefined : error.message}
        value={filter}
        onChange={setFilter}
      />
      <p role="status">{data === undefined ? "Looking…" : `${formatCount(data.total)} partitions.`}</p>
      {data !== undefined && data.partitions.length > 0 && (
        <Rows caption="Partitions by their values" columns={columns}>
          {data.partitions.map(({ values, location, createdAt }) => (
            <tr key={values.join("/")}>
              {values.map((value, at) =>
                at === 0 ? (
                  <th scope="row" key={data.keys[at]?.name}>
                    {value}
                  </th>
                ) : (
                  <td key={data.keys[at]?.name}>{value}</td>
                ),
              )}
              <td>{location}</td>
              <td>{formatTime(createdAt)}</td>
            </tr>
          ))}
        </Rows>
      )}
      {data !== undefined && data.total > data.partitions.length && <p>{`These are the first ${SHOWN_MAX}.`}</p>}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { adminApi, type Table } from "../../api/admin-api.ts";
import { ApiError } from "../../api/api-error.ts";
import { useStartQuery } from "../../results/use-query-run.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { FilesView } from "./files-view.tsx";
import { PartitionsView } from "./partitions-view.tsx";
import { PreviewCard } from "./preview-card.tsx";
import { previewSql } from "./preview-sql.ts";
import { SchemaView } from "./schema-view.tsx";
import { filesText, formatOf } from "./table-format.ts";
import { useTableFiles } from "./use-table-files.ts";
import { VersionsView } from "./versions-view.tsx";

export default function TablePage() {
  const { table: id = "" } = useParams({ strict: false }) as { readonly table?: string };
  const { data, error } = useQuery({
    queryKey: ["table", id],
    queryFn: ({ signal }) => adminApi.getTable(id, { signal }),
  });
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <>
      <nav className="crumbs" aria-label="Back">
        <Link to="/lake">The lake</Link>
      </nav>
      {missing && (
        <PageHead title="There is no such table" about={`Nothing is called ${id} here; it may have been dropped.`} />
      )}
      {error !== null && !missing && <Note tone="bad">The server does not answer as expected: {error.message}</Note>}
      {!missing && (data === undefined ? <PageHead title={id} /> : <TableParts table={data} />)}
    </>
  );
}

const VIEWS = [
  { name: "schema", label: "Columns" },
  { name: "files", label: "Files" },
  { name: "partitions", label: "Partitions" },
  { name: "versions", label: "Versions" },
] as const;

function TableParts({ table }: { readonly table: Table }) {
  const [view, setView] = useState<(typeof VIEWS)[number]["name"]>("schema");
  const [preview, setPreview] = useState<string>();
  const { database, name, partitionKeys = [] } = table;
  const start = useStartQuery(({ id }) => setPreview(id));
  const show = (sql: string) => start.mutate({ sql, database, fresh: false });
  const sql = previewSql(table);
  return (
    <>
      <PageHead title={`${database}.${name}`} about={table.description ?? `A table of ${formatOf(table)}.`}>
        <Button onClick={() => show(sql)} disabled={start.isPending}>
          First rows
        </Button>
        <Link className="button" data-kind="primary" to="/query" search={{ sql, database }}>
          Query this table
        </Link>
      </PageHead>
      <FactsCard table={table} />
      {preview !== undefined && <PreviewCard key={preview} id={preview} />}
      <Card title="What it is made of">
        <Tabs label="Parts of the table" tabs={VIEWS} chosen={view} onChoose={setView}>
          {view === "schema" && <SchemaView table={table} />}
          {view === "files" && (
            <FilesView
              table={table}
              onPreview={(file) =>
                show(previewSql(table, { location: file.location, partition: partitionIn(file.folder, partitionKeys) }))
              }
            />
          )}
          {view === "partitions" && <PartitionsView table={table} />}
          {view === "versions" && <VersionsView table={table} />}
        </Tabs>
      </Card>
    </>
  );
}

/** Values that a folder says in the way of Hive: `year=2026/month=11`. */
function partitionIn(folder: string, keys: readonly { readonly name: string }[]): Readonly<Record<string, string>> {
  const known = new Set(keys.map(({ name }) => name));
  const parts = folder.split("/").map((part) => /^([^=]+)=(.*)$/.exec(part));
  const found = parts.flatMap((part): [string, string][] =>
    part === null ? [] : [[part[1] ?? "", decodeURIComponent(part[2] ?? "")]],
  );
  return Object.fromEntries(found.filter(([key]) => known.has(key.toLowerCase())));
}

function FactsCard({ table }: { readonly table: Table }) {
  const { storageDescriptor, streams, version, createdAt, updatedAt, owner } = table;
  const files = useTableFiles(table);
  const facts = [
    { label: "Files are", value: formatOf(table) },
    { label: "Files", value: files.data === undefined ? (files.error?.message ?? "Looking…") : filesText(files.data) },
    { label: "They lie in", value: storageDescriptor?.location ?? "nowhere" },
    { label: "Version", value: `${version}, of ${formatTime(updatedAt)}` },
    { label: "Made", value: formatTime(createdAt) },
    ...(streams.length === 0 ? [] : [{ label: "Streams with its columns", value: streams.join(", ") }]),
    ...(owner === undefined ? [] : [{ label: "Owner", value: owner }]),
  ];
  return (
    <Card title="About">
      <Facts facts={facts} />
    </Card>
  );
}

import type { Table } from "../../api/admin-api.ts";
import { Button } from "../../ui/button.tsx";
import { formatBytes, formatTime } from "../../ui/format-value.ts";
import { Note } from "../../ui/note.tsx";
import { Table as Rows } from "../../ui/table.tsx";
import { SmallFilesNote } from "./small-files-note.tsx";
import { FILES_SHOWN, type ListedFile, useTableFiles } from "./use-table-files.ts";

export interface FilesViewProps {
  readonly table: Table;
  readonly onPreview: (file: ListedFile) => void;
}

const COLUMNS = [{ label: "File" }, { label: "Size", number: true }, { label: "Written" }, { label: "Action" }];

export function FilesView({ table, onPreview }: FilesViewProps) {
  const { data, error } = useTableFiles(table);
  if (error !== null) return <Note tone="bad">{error.message}</Note>;
  if (data === undefined) return <p>Looking…</p>;
  const { files, total } = data;
  if (total === 0) return <p>The table has no files yet. They count as soon as they lie below its location.</p>;
  return (
    <>
      <SmallFilesNote table={table} listing={data} />
      <Rows caption="Files of the table" columns={COLUMNS}>
        {files.map((file) => (
          <tr key={file.location}>
            <th scope="row">
              <span className="file-name">{file.location.slice(file.location.lastIndexOf("/") + 1)}</span>
              <span className="sub">{file.folder}</span>
            </th>
            <td className="number">{formatBytes(file.bytes)}</td>
            <td>{formatTime(file.modifiedAt)}</td>
            <td>
              <Button aria-label={`Preview ${file.location}`} onClick={() => onPreview(file)}>
                Preview
              </Button>
            </td>
          </tr>
        ))}
      </Rows>
      {total > files.length && <p>{`These are the first ${FILES_SHOWN} by their names.`}</p>}
    </>
  );
}

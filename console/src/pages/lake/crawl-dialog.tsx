import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { adminApi, type Database } from "../../api/admin-api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextInput } from "../../ui/inputs.tsx";
import { Note } from "../../ui/note.tsx";

export interface CrawlDialogProps {
  readonly databases: readonly Database[];
  readonly onClose: () => void;
}

/** One crawl, now. What it finds is in the list of tables a moment later. */
export function CrawlDialog({ databases, onClose }: CrawlDialogProps) {
  const [location, setLocation] = useState("s3://lake/");
  const [database, setDatabase] = useState(databases[0]?.name ?? "default");
  const [tablePrefix, setTablePrefix] = useState("");
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () =>
      adminApi.startCrawl({ locations: [location], database, ...(tablePrefix !== "" && { tablePrefix }) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["crawls"] });
      onClose();
    },
  });
  return (
    <Dialog
      title="Crawl a folder"
      action="Start the crawl"
      disabled={start.isPending || location.trim() === "" || database.trim() === ""}
      onConfirm={() => start.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Folder"
        hint="Files below it become tables, one for each folder of files."
        value={location}
        onChange={setLocation}
      />
      <TextInput label="Database" hint="It is made where there is none." value={database} onChange={setDatabase} />
      <TextInput label="Prefix of table names" hint="May be empty." value={tablePrefix} onChange={setTablePrefix} />
      {start.error !== null && <Note tone="bad">{start.error.message}</Note>}
    </Dialog>
  );
}

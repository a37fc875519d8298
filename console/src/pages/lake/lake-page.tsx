import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { adminApi } from "../../api/admin-api.ts";
import { Note } from "../../ui/note.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { CrawlersCard } from "./crawlers-card.tsx";
import { JobsCard } from "./jobs-card.tsx";
import { TablesCard } from "./tables-card.tsx";

const EVERY_MS = 10_000;

export default function LakePage() {
  const databases = useQuery({
    queryKey: ["databases"],
    queryFn: ({ signal }) => adminApi.listDatabases({ signal }),
    refetchInterval: EVERY_MS,
  });
  const tables = useQuery({
    queryKey: ["tables"],
    queryFn: ({ signal }) => adminApi.listTables({ signal }),
    refetchInterval: EVERY_MS,
  });
  const error = databases.error ?? tables.error;
  return (
    <>
      <PageHead title="Lake" about="Databases and tables, what finds them, and what keeps their files in order.">
        <Link className="button" to="/query">
          Query the lake
        </Link>
      </PageHead>
      {error !== null && <Note tone="bad">The server does not answer as expected: {error.message}</Note>}
      <TablesCard databases={databases.data?.databases} tables={tables.data?.tables} />
      <CrawlersCard databases={databases.data?.databases ?? []} />
      <JobsCard />
    </>
  );
}

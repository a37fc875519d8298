import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { adminApi, type Crawl, type Crawler, type Database } from "../../api/admin-api.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { formatCount, formatTime } from "../../ui/format-value.ts";
import { Table } from "../../ui/table.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { CrawlDialog } from "./crawl-dialog.tsx";

const EVERY_MS = 2_000;
const CRAWLS_SHOWN_MAX = 5;

const CRAWLER_COLUMNS = [
  { label: "Crawler" },
  { label: "Looks at" },
  { label: "Last crawl" },
  { label: "Next" },
  { label: "Action" },
];

const CRAWL_COLUMNS = [{ label: "Crawl" }, { label: "State" }, { label: "Objects", number: true }, { label: "Begun" }];

const TONES: Readonly<Record<Crawl["state"], Tone>> = {
  running: "plain",
  done: "good",
  failed: "bad",
  cancelled: "warn",
};

export function CrawlersCard({ databases }: { readonly databases: readonly Database[] }) {
  const [asking, setAsking] = useState(false);
  const crawlers = useQuery({
    queryKey: ["crawlers"],
    queryFn: ({ signal }) => adminApi.listCrawlers({ signal }),
    refetchInterval: EVERY_MS,
  });
  const crawls = useQuery({
    queryKey: ["crawls"],
    queryFn: ({ signal }) => adminApi.listCrawls({ signal }),
    refetchInterval: EVERY_MS,
  });
  const known = crawlers.data?.crawlers ?? [];
  const latest = (crawls.data?.crawls ?? []).toReversed().slice(0, CRAWLS_SHOWN_MAX);
  return (
    <Card
      title="Crawlers"
      about="They look at a folder, and make tables and partitions of the files that they find."
      aside={<Button onClick={() => setAsking(true)}>Crawl a folder…</Button>}
    >
      {known.length > 0 && (
        <Table caption="Crawlers of the catalog" columns={CRAWLER_COLUMNS}>
          {known.map((crawler) => (
            <CrawlerRow key={crawler.name} crawler={crawler} />
          ))}
        </Table>
      )}
      {latest.length > 0 && (
        <Table caption="The latest crawls, newest first" columns={CRAWL_COLUMNS}>
          {latest.map((crawl) => (
            <CrawlRow key={crawl.id} crawl={crawl} />
          ))}
        </Table>
      )}
      {known.length === 0 && latest.length === 0 && (
        <p>
          Nothing was crawled yet. A crawler that comes again by itself is made over the Glue API (CreateCrawler, with a
          schedule) and then stands here.
        </p>
      )}
      {asking && <CrawlDialog databases={databases} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function CrawlerRow({
  crawler: { name, database, locations, lastCrawl, nextRunAt, runningCrawl },
}: {
  readonly crawler: Crawler;
}) {
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => adminApi.startCrawler(name),
    onSuccess: async () => {
      showToast("good", `Crawler ${name} has begun`);
      await queries.invalidateQueries({ queryKey: ["crawlers"] });
      await queries.invalidateQueries({ queryKey: ["crawls"] });
    },
    onError: (error) => showToast("bad", error.message),
  });
  const running = runningCrawl !== undefined;
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="sub">{database}</span>
      </th>
      <td>{locations.join(", ")}</td>
      <td>
        {running ? (
          <Badge tone="plain">running</Badge>
        ) : (
          lastCrawl && <Badge tone={TONES[lastCrawl.status]}>{lastCrawl.status}</Badge>
        )}
        {lastCrawl !== undefined && <span className="sub">{lastCrawl.message ?? formatTime(lastCrawl.endedAt)}</span>}
      </td>
      <td>{nextRunAt === undefined ? "by hand" : formatTime(nextRunAt)}</td>
      <td>
        <Button
          aria-label={`Start crawler ${name}`}
          onClick={() => start.mutate()}
          disabled={running || start.isPending}
        >
          Start
        </Button>
      </td>
    </tr>
  );
}

function CrawlRow({
  crawl: { id, crawler, locations, state, progress, startedAt, failure },
}: {
  readonly crawl: Crawl;
}) {
  return (
    <tr>
      <th scope="row">
        {locations.join(", ")}
        <span className="sub">{`${crawler}, ${id}`}</span>
      </th>
      <td>
        <Badge tone={TONES[state]}>{state}</Badge>
        {failure !== undefined && <span className="sub">{failure}</span>}
      </td>
      <td className="number">{formatCount(progress.listed)}</td>
      <td>{formatTime(startedAt)}</td>
    </tr>
  );
}

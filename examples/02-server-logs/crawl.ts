import { setTimeout as sleep } from "node:timers/promises";

interface Crawl {
  readonly id: string;
  readonly state: string;
}

/** Makes tables of what lies in folders. By hand: `lakehose crawl s3://lake/logs/ s3://lake/lines/ --database crawled`. */
export async function crawl(url: string, locations: readonly string[], database: string): Promise<void> {
  const body = JSON.stringify({ locations, database });
  let found = (await answerOf(await fetch(`${url}/api/crawls`, { method: "POST", body }))) as Crawl;
  while (found.state === "running") {
    await sleep(50);
    found = (await answerOf(await fetch(`${url}/api/crawls/${found.id}`))) as Crawl;
  }
  if (found.state !== "done") throw new Error(`The crawl ended as ${found.state}`);
}

async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Error(`The crawl was refused: ${response.status} ${await response.text()}`);
}

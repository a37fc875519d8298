import { setTimeout as sleep } from "node:timers/promises";
import type { Lakehose } from "lakehose";

/** What one query says. */
export interface Count {
  readonly messages: number;
  readonly accelerations: number;
  /** That it has read. */
  readonly files: number;
}

interface Query {
  readonly id: string;
  readonly state: string;
  readonly failure?: { readonly message: string };
  readonly statistics?: { readonly files: number };
}

const COUNT = "SELECT count(*), sum(cardinality(accelerationlist)) FROM messages";

/** Asks as `lakehose sql` does, which says how many files were read. */
export async function countMessages({ url }: Lakehose): Promise<Count> {
  const body = JSON.stringify({ sql: COUNT, database: "devices" });
  let query = await answerOf<Query>(await fetch(`${url}/api/queries`, { method: "POST", body }));
  while (query.state === "queued" || query.state === "running") {
    query = await answerOf(await fetch(`${url}/api/queries/${query.id}?waitMs=20000`));
  }
  if (query.state !== "succeeded") throw new Error(`The query ended as ${query.state}: ${query.failure?.message}`);
  const { rows } = await answerOf<{ rows: number[][] }>(await fetch(`${url}/api/queries/${query.id}/rows`));
  const [[messages = 0, accelerations = 0] = []] = rows;
  return { messages, accelerations, files: query.statistics?.files ?? 0 };
}

/** Counts again and again while work goes on, and once more when it is done. */
export async function countDuring(lakehose: Lakehose, work: () => Promise<void>): Promise<Count[]> {
  const counts: Count[] = [];
  let isDone = false;
  const counting = async () => {
    while (!isDone) counts.push(await countMessages(lakehose));
    counts.push(await countMessages(lakehose));
  };
  const working = async () => {
    // The first answer is that of the files as they were.
    while (counts.length === 0) await sleep(10);
    await work();
  };
  await Promise.all([working().finally(() => (isDone = true)), counting()]);
  return counts;
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return (await response.json()) as Answer;
  throw new Error(`The query was refused: ${response.status} ${await response.text()}`);
}

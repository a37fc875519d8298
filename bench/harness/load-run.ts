import { setTimeout as sleep } from "node:timers/promises";
import { LoadConnection } from "./load-connection.ts";
import type { LoadOrder, LoadReport } from "./load-order.ts";
import { LoadTally } from "./load-tally.ts";
import type { PreparedRequest } from "./requests.ts";

/** A producer that was told to slow down waits so long; AWS SDKs begin with up to 100 ms. */
const SLOW_DOWN_MS = 20;

/** Sends the prepared requests for the warm-up and the window. Resolves when the last answer is there. */
export async function runLoad(order: LoadOrder, requests: readonly PreparedRequest[]): Promise<LoadReport> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const windowStart = startedAt + order.warmUpMs;
  const endsAt = windowStart + order.windowMs;
  const tally = new LoadTally(windowStart, endsAt);
  const isOver = () => {
    if (tally.acceptedBytes >= (order.acceptedBytesMax ?? Number.POSITIVE_INFINITY)) tally.end(performance.now());
    else if (performance.now() < endsAt) return false;
    return true;
  };
  const due = order.requestsPerSecond === undefined ? undefined : schedule(startedAt, endsAt, order.requestsPerSecond);
  const producers = Array.from({ length: order.connections }, async (_, index) => {
    const connection = new LoadConnection(order.url, order.ca);
    // Each begins elsewhere, so that all bodies have been sent before one is sent again.
    const first = Math.floor((index * requests.length) / order.connections);
    await produce({ connection, requests, first, tally, isOver, due });
    connection.close();
  });
  await Promise.all(producers);
  const { user, system } = process.cpuUsage(cpuBefore);
  return tally.report((user + system) / 1000 / (performance.now() - startedAt));
}

interface Producer {
  readonly connection: LoadConnection;
  readonly requests: readonly PreparedRequest[];
  readonly first: number;
  readonly tally: LoadTally;
  isOver(): boolean;
  /** The next time at which a request is due, shared by all producers; `undefined` when there is none left. */
  readonly due: (() => number | undefined) | undefined;
}

async function produce({ connection, requests, first, tally, isOver, due }: Producer): Promise<void> {
  for (let index = first; !isOver(); index++) {
    const request = requests[index % requests.length];
    if (request === undefined) return;
    const from = due === undefined ? performance.now() : await turn(due());
    if (from === undefined) return;
    const answer = await connection.exchange(request.parts);
    if (!tally.count(request, from, performance.now(), answer)) await sleep(SLOW_DOWN_MS);
  }
}

/**
 * Waits until the request is due. One that no connection was free for counts from when it was due, so that a server that
 * stalls does not hide how many would have waited; being woken late is the generator's own fault and does not count.
 */
async function turn(due: number | undefined): Promise<number | undefined> {
  if (due === undefined) return undefined;
  const wait = due - performance.now();
  if (wait <= 0) return due;
  await sleep(wait);
  return performance.now();
}

function schedule(startedAt: number, endsAt: number, perSecond: number): () => number | undefined {
  let sent = 0;
  return () => {
    const due = startedAt + (sent++ * 1000) / perSecond;
    return due < endsAt ? due : undefined;
  };
}

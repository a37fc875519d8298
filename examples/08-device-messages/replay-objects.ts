import { setTimeout as sleep } from "node:timers/promises";
import type { Lakehose } from "lakehose";

interface Replay {
  readonly id: string;
  readonly state: "running" | "landed" | "cancelled";
}

/**
 * Delivers objects that lie in the lake once more, as records of a stream and into its own prefix. By hand:
 * `lakehose replay enriched --objects packed/ --into 'messages/dt=!{timestamp:yyyy-MM-dd}/'`.
 */
export async function replayObjects(lakehose: Lakehose, stream: string, prefix: string, into: string): Promise<void> {
  const address = `${lakehose.url}/api/streams/${stream}/replays`;
  const body = JSON.stringify({ objects: { prefix }, into: { prefix: into } });
  const { id } = (await answerOf(await fetch(address, { method: "POST", body }))) as Replay;
  for (;;) {
    const { replays } = (await answerOf(await fetch(address))) as { replays: readonly Replay[] };
    if (replays.find((replay) => replay.id === id)?.state === "landed") return;
    await sleep(100);
  }
}

async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Error(`The replay was refused: ${response.status} ${await response.text()}`);
}

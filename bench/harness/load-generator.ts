/**
 * The load generator, a process of its own so that it shares neither heap nor event loop with what it measures. It lives as
 * long as the bench and is told by messages what to send.
 */
import type { LoaderAnswer, LoaderMessage } from "./load-order.ts";
import { runLoad } from "./load-run.ts";
import { type PreparedRequest, Requests } from "./requests.ts";

const requests = new Requests();

process.on("message", (message: LoaderMessage) => {
  answer(message).then(tell, (error: Error) => tell({ id: message.id, failure: error.stack ?? error.message }));
});
process.once("disconnect", () => process.exit());

let prepared: { readonly key: string; readonly requests: readonly PreparedRequest[] } | undefined;

async function answer(message: LoaderMessage): Promise<LoaderAnswer> {
  const order = "run" in message ? message.run : message.prepare;
  const key = JSON.stringify(order);
  if (prepared?.key !== key) prepared = { key, requests: await requests.prepare(order) };
  if ("prepare" in message) return { id: message.id };
  return { id: message.id, report: await runLoad(order, prepared.requests) };
}

function tell(message: LoaderAnswer): void {
  process.send?.(message);
}

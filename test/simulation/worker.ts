import { parentPort, workerData } from "node:worker_threads";
import type { Mutation } from "./mutation.ts";

/** A thread that runs seeds one after another, with one rule taken out if it was told so. */
export interface WorkerTask {
  readonly mutation?: Mutation;
}

const { mutation } = workerData as WorkerTask;
if (mutation !== undefined) {
  const { installMutation } = await import("./mutation-hook.ts");
  installMutation(mutation);
}
const { simulate } = await import("./simulation.ts");

// What a broken promise throws where nobody waits for it belongs to the seed at hand.
const stray: string[] = [];
process.on("unhandledRejection", (reason) => stray.push(reason instanceof Error ? `${reason.stack}` : String(reason)));

parentPort?.on("message", async (seed: number) => {
  const report = await simulate(seed);
  const failures = [...report.failures, ...stray.splice(0).map((reason) => `unhandled: ${reason}`)];
  parentPort?.postMessage({ ...report, failures });
});

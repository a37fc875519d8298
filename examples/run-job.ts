import { setTimeout as sleep } from "node:timers/promises";
import type { Lakehose } from "lakehose";

interface JobRun {
  readonly id: string;
  readonly state: string;
  readonly counters?: Readonly<Record<string, number>>;
}

/** Runs a job of the configuration to its end. By hand: `lakehose jobs run NAME`. */
export async function runJob(lakehose: Lakehose, name: string): Promise<NonNullable<JobRun["counters"]>> {
  let run = await answerOf(await fetch(`${lakehose.url}/api/jobs/${name}/runs`, { method: "POST" }));
  while (run.state === "queued" || run.state === "running") {
    await sleep(50);
    run = await answerOf(await fetch(`${lakehose.url}/api/job-runs/${run.id}`));
  }
  if (run.state === "succeeded") return run.counters ?? {};
  const log = await (await fetch(`${lakehose.url}/api/job-runs/${run.id}/log`)).text();
  throw new Error(`The run of ${name} ended as ${run.state}: ${log}`);
}

async function answerOf(response: Response): Promise<JobRun> {
  if (response.ok) return (await response.json()) as JobRun;
  throw new Error(`The job was refused: ${response.status} ${await response.text()}`);
}

import { until } from "../until.ts";

export interface JobRun {
  readonly id: string;
  readonly job: string;
  readonly state: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "timed-out";
  readonly cause: string;
  readonly queuedAt: number;
  readonly counters?: Readonly<Record<string, number>>;
  readonly failure?: { readonly message: string };
}

export interface JobSettings {
  readonly kind: string;
  readonly options: { readonly [name: string]: unknown };
  readonly triggers: readonly object[];
  readonly retries: number;
}

/** The calls of the admin API that `lakehose jobs` makes, too. */
export class JobsApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async settings(job: string): Promise<JobSettings> {
    const { kind, options, triggers, retries } = (await this.#call("GET", `jobs/${job}`)) as JobSettings;
    return { kind, options, triggers, retries };
  }

  /** Replaces what is given of a definition. */
  async change(job: string, change: Partial<JobSettings>): Promise<void> {
    await this.#call("PUT", `jobs/${job}`, { ...(await this.settings(job)), ...change });
  }

  /** Asks for a run; what it resolves to is its id. */
  async start(job: string): Promise<string> {
    return ((await this.#call("POST", `jobs/${job}/runs`)) as JobRun).id;
  }

  /** Newest first. */
  async runs(job: string): Promise<readonly JobRun[]> {
    return ((await this.#call("GET", `jobs/${job}/runs`)) as { readonly runs: readonly JobRun[] }).runs;
  }

  async log(run: string): Promise<readonly string[]> {
    return ((await this.#call("GET", `job-runs/${run}/log`)) as { readonly lines: readonly string[] }).lines;
  }

  /** Waits for the end of a run: of the one with that id, or of the first of the job, whatever begins it. */
  async end(job: string, id?: string): Promise<JobRun> {
    let run: JobRun | undefined;
    await until(`a run of ${job} has ended`, async () => {
      run = (await this.runs(job)).findLast((one) => id === undefined || one.id === id);
      return run !== undefined && hasEnded(run);
    });
    return run as JobRun;
  }

  /** The same, where anything but a success is an error. */
  async success(job: string, id?: string): Promise<JobRun> {
    const run = await this.end(job, id);
    if (run.state !== "succeeded") throw new Error(`${job} is ${run.state}: ${run.failure?.message}`);
    return run;
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  }
}

export function hasEnded({ state }: JobRun): boolean {
  return state !== "queued" && state !== "running";
}

import { Draw } from "../simulation/draw.ts";
import type { Door } from "./doors.ts";
import type { HostileRequest } from "./hostile-request.ts";
import { judgeAnswer } from "./judge-answer.ts";
import { RawClient } from "./raw-client.ts";

export interface HostileRunOptions {
  readonly port: number;
  readonly tls?: boolean;
  readonly door: Door;
  /** Names the door in failures, and keeps its chances apart from those of the others. */
  readonly name: string;
  readonly requests: number;
  readonly seed: number;
}

export interface HostileRunReport {
  /** How often each code answered. */
  readonly codes: Readonly<Record<string, number>>;
  /** What was done although it was hostile, or because it was not: a fuzzer that is always refused tests nothing else. */
  readonly served: ReadonlySet<string>;
  /** Each with what replays it. */
  readonly problems: readonly string[];
}

/** Connections at a time: enough to keep the server busy, few enough to stay below what makes it say "Slow down.". */
const CONNECTIONS = 16;

/** A refusal for lack of memory comes after 5 s at the latest; beyond this an answer counts as silence. */
const WAIT_MS_MAX = 20_000;

const PROBLEMS_SHOWN_MAX = 5;

/** Sends requests through one door, over some connections at a time, and judges every answer. */
export async function hostileRun(options: HostileRunOptions): Promise<HostileRunReport> {
  const codes: Record<string, number> = {};
  const problems: string[] = [];
  const served = new Set<string>();
  const draw = new Draw(options.seed, options.name);
  let sent = 0;
  const connection = async () => {
    const { port, tls = false } = options;
    const client = new RawClient({ port, tls, waitMsMax: WAIT_MS_MAX });
    while (sent < options.requests && problems.length < PROBLEMS_SHOWN_MAX) {
      const number = sent++;
      const request = options.door(draw);
      const { code, problem } = judgeAnswer(request, await client.exchange(request.bytes, request));
      codes[code] = (codes[code] ?? 0) + 1;
      if (code === "200") served.add(request.what.split(" ")[0] ?? "");
      if (problem !== undefined) problems.push(describe(options, number, request, `${problem} (${code})`));
    }
    client.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { codes, served, problems };
}

function describe({ name, seed }: HostileRunOptions, number: number, request: HostileRequest, problem: string): string {
  const { what, bytes } = request;
  const shown = JSON.stringify(bytes.subarray(0, 400).toString("latin1"));
  return `${name}, seed ${seed}, request ${number}: ${what}: ${problem}\n  LAKEHOSE_FUZZ_SEED=${seed}\n  ${shown}`;
}

import { LakehoseError } from "../../model/errors.ts";
import type { AgentConfiguration } from "../../sources/files/agent-configuration.ts";
import type { CheckpointFile } from "../../sources/files/checkpoint-file.ts";
import { type FileFlow, flowName } from "../../sources/files/file-flow.ts";
import type { FileEvent } from "../../sources/files/file-sink.ts";
import { Tailer } from "../../sources/files/tailer.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { Connection } from "../connection.ts";
import { FirehoseSink } from "./firehose-sink.ts";

export interface AgentOptions {
  readonly configuration: AgentConfiguration;
  readonly connection: Connection;
  readonly checkpoints: CheckpointFile;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the agent in good order. */
  readonly signal: AbortSignal;
  readonly observe: (flow: FileFlow, event: FileEvent) => void;
  /** Called now and then. */
  readonly report: (flows: readonly FlowStatus[]) => void;
}

export interface FlowStatus {
  readonly filePattern: string;
  readonly stream: string;
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
  readonly lagBytes: number;
}

/** Calls under way at a time and flow; one per file, so that the lines of a file keep their order. */
const SENDERS_DEFAULT = 8;

const REPORT_EVERY_MS = 1_000;

/** Follows all flows until the signal. Resolves to what was done; rejects when one of them cannot go on. */
export async function runAgent(options: AgentOptions): Promise<readonly FlowStatus[]> {
  const { configuration, connection, checkpoints, clock, random, signal, observe, report } = options;
  const abandon = new AbortController();
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const tailers = configuration.flows.map((flow) => {
    const { firehose } = connection;
    const names = { stream: flow.stream, flow: flowName(flow) };
    const sink = new FirehoseSink({ ...names, firehose, checkpoints, clock, signal: abandon.signal });
    const filesAtOnce = configuration.sendersMax ?? SENDERS_DEFAULT;
    const tailer = new Tailer({ flow, sink, clock, random, filesAtOnce, observe: (event) => observe(flow, event) });
    return { flow, tailer };
  });
  const statuses = () => tailers.map(({ flow, tailer }) => statusOf(flow, tailer));
  const timeOut = abandonLater(stop, abandon, configuration.shutdownTimeoutMs);
  const ended = new AbortController();
  const reporting = reportUntil(ended.signal, clock, () => report(statuses()));
  try {
    await Promise.all(
      tailers.map(({ tailer }) =>
        tailer.run(stop, abandon.signal).catch((error: unknown) => {
          failed.abort(error);
          // What had to be left behind at the end is not lost: the next start sends it.
          if (!abandon.signal.aborted) throw error;
        }),
      ),
    );
  } finally {
    timeOut.clear();
    ended.abort();
    await reporting;
    await checkpoints.settle();
  }
  return statuses();
}

function statusOf({ filePattern, stream }: FileFlow, tailer: Tailer): FlowStatus {
  return { filePattern, stream, ...tailer.status() };
}

function abandonLater(stop: AbortSignal, abandon: AbortController, timeoutMs: number): { clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    const message = `The shutdown time of ${timeoutMs} ms is over.`;
    timer = setTimeout(() => abandon.abort(new LakehoseError("abandoned", message)), timeoutMs);
  };
  if (stop.aborted) begin();
  else stop.addEventListener("abort", begin, { once: true });
  return { clear: () => clearTimeout(timer) };
}

async function reportUntil(signal: AbortSignal, clock: Clock, report: () => void): Promise<void> {
  while (!signal.aborted) {
    report();
    await clock.sleep(REPORT_EVERY_MS, signal).catch(() => undefined);
  }
}

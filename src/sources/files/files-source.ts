import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { LakehoseError } from "../../model/errors.ts";
import { RECORD_BYTES_MAX } from "../../model/limits.ts";
import { anySourceKind, type SourceRun } from "../source-kind.ts";
import { type FileFlow, FLOW_DEFAULTS } from "./file-flow.ts";
import { parseFilePattern } from "./file-pattern.ts";
import type { FileEvent } from "./file-sink.ts";
import { javaPattern } from "./java-pattern.ts";
import { LogFileSink } from "./log-file-sink.ts";
import { conversionOf, processingOptionSchema } from "./processing/processing-options.ts";
import type { Tailer } from "./tailer.ts";

const options = z.strictObject({
  filePattern: z
    .string()
    .min(1)
    .meta({
      description:
        "Files to follow: a path with `*`, `?`, `[a-c]`, `{this,that}`, and `**` for any number of folders. Compressed copies are passed over.",
      examples: ["/var/log/nginx/access.log*"],
    }),
  initialPosition: z
    .enum(["START_OF_FILE", "END_OF_FILE"])
    .default("START_OF_FILE")
    .meta({ description: "Where files begin that are there when the source reads for the first time." }),
  lineFeed: z
    .enum(["keep", "remove"])
    .default("keep")
    .meta({ description: "Whether a record ends with the line feed of its line." }),
  multiLineStartPattern: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "A line that begins like this begins a record; others belong to the one before.",
      examples: ["\\[\\d{4}-"],
    }),
  skipHeaderLines: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: "Lines at the start of each file that are no records." }),
  maxBufferAgeMillis: z
    .int()
    .min(0)
    .max(900_000)
    .default(0)
    .meta({ description: "Longest that lines wait for others, in milliseconds; 0 = not at all." }),
  minTimeBetweenFilePollsMillis: z
    .int()
    .min(1)
    .default(FLOW_DEFAULTS.pollMs)
    .meta({ description: "Time between two looks at the files, in milliseconds." }),
  recordBytes: z
    .int()
    .min(1)
    .max(RECORD_BYTES_MAX)
    .default(RECORD_BYTES_MAX)
    .meta({ description: "Longest record in bytes. Lines that are longer are cut." }),
  truncatedRecordTerminator: z
    .string()
    .max(1024)
    .default("\n")
    .meta({ description: "What a record that was cut ends with." }),
  dataProcessingOptions: z
    .array(processingOptionSchema)
    .default([])
    .meta({
      description: "Conversions as in the Kinesis Agent's configuration, in order.",
      examples: [[{ optionName: "LOGTOJSON", logFormat: "COMBINEDAPACHELOG" }]],
    }),
});

type FilesOptions = z.output<typeof options>;

/** One append: large enough that syncs are few, small beside the bytes in flight that the server allows. */
const BATCH = { records: 10_000, bytes: 1024 * 1024 };

export const filesSource = anySourceKind<FilesOptions>({
  name: "files",
  description: "Follows growing files, through every kind of rotation, as the agent does, without an agent.",
  guarantee: "Exactly once: the place in the file is stored with its records.",
  options,
  upstream: ({ filePattern }) => filePattern,
  create:
    ({ clock, random, folder }) =>
    async (chosen, run) => {
      const flow = flowOf(chosen, folder);
      await requireFolder(flow.filePattern);
      const sink = new LogFileSink(run.inlet, flow.filePattern, clock);
      const { Tailer } = await import("./tailer.ts");
      const tailer = new Tailer({ flow, sink, clock, random, observe: (event) => tell(run, event) });
      run.connected();
      const ended = new AbortController();
      const measuring = measure(run, tailer, (ms) => clock.sleep(ms, ended.signal));
      try {
        await tailer.run(run.signal, run.signal);
      } finally {
        ended.abort();
        await measuring;
      }
    },
});

function flowOf(chosen: FilesOptions, folder: string): FileFlow {
  const { filePattern, multiLineStartPattern: start, lineFeed } = chosen;
  const convert = conversionOf(chosen.dataProcessingOptions);
  return {
    filePattern: isAbsolute(filePattern) ? filePattern : join(folder, filePattern),
    stream: "",
    initialPosition: chosen.initialPosition,
    limits: BATCH,
    records: {
      skipHeaderLines: chosen.skipHeaderLines,
      startPattern: start === undefined ? undefined : javaPattern(start, "multiLineStartPattern", { whole: false }),
      recordBytesMax: chosen.recordBytes,
      truncatedRecordTerminator: Buffer.from(chosen.truncatedRecordTerminator),
      aggregatedRecordBytes: 0,
      convert:
        lineFeed === "keep" ? convert : (record) => withoutLineFeed(convert === undefined ? record : convert(record)),
    },
    bufferAgeMs: chosen.maxBufferAgeMillis,
    pollMs: chosen.minTimeBetweenFilePollsMillis,
    refreshMs: FLOW_DEFAULTS.refreshMs,
    retryFirstMs: FLOW_DEFAULTS.retryFirstMs,
    retryMaxMs: FLOW_DEFAULTS.retryMaxMs,
  };
}

function withoutLineFeed(record: Buffer | undefined): Buffer | undefined {
  return record?.at(-1) === 0x0a ? record.subarray(0, -1) : record;
}

/** No file that matches is no mistake, it may come; no folder is one more often than not. */
async function requireFolder(filePattern: string): Promise<void> {
  const { root } = parseFilePattern(filePattern);
  const found = await stat(root).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const message = `There is no folder ${root}, where the files of ${filePattern} would be. Make it, or correct filePattern.`;
  throw new LakehoseError("no-folder", message);
}

const MEASURE_EVERY_MS = 1_000;

/** Until `sleep` is ended. */
async function measure(run: SourceRun, tailer: Tailer, sleep: (ms: number) => Promise<void>): Promise<void> {
  for (let awake = true; awake; ) {
    const { files, lagBytes } = tailer.status();
    run.measure("files", files);
    run.measure("lagBytes", lagBytes);
    awake = await sleep(MEASURE_EVERY_MS).then(
      () => true,
      () => false,
    );
  }
}

function tell(run: SourceRun, event: FileEvent): void {
  if (event.kind === "file-found") run.count("filesFound");
  else if (event.kind === "file-finished") run.count("filesFinished");
  else if (event.kind === "file-truncated") run.count("filesTruncated");
  else if (event.kind === "records-cut") run.count("recordsCut", event.records);
  else if (event.kind === "records-left-out") run.count("recordsLeftOut", event.records);
  else if (event.kind === "file-unreadable") run.warn(event.kind, `${event.path} cannot be read: ${event.reason}`);
}

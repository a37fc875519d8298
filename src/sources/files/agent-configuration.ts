import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../../model/limits.ts";
import { type FileFlow, FLOW_DEFAULTS, flowName } from "./file-flow.ts";
import { javaPattern } from "./java-pattern.ts";
import { conversionOf, processingOptionSchema } from "./processing/processing-options.ts";

/**
 * The Kinesis Agent's own configuration file, read as that agent reads it: numbers may be texts, and keys that it does not
 * know are no mistake. Keys that have a meaning there and none here are named in `notes`, so that nobody waits for them.
 */
export interface AgentConfiguration {
  readonly flows: readonly FileFlow[];
  readonly endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** Folder or file where the agent keeps how far it has come. */
  readonly checkpointFile?: string | undefined;
  readonly shutdownTimeoutMs: number;
  readonly sendersMax?: number | undefined;
  /** What was said and is not followed, in plain words. */
  readonly notes: readonly string[];
}

export interface AgentOverrides {
  /** Folder that relative patterns are relative to. */
  readonly folder: string;
  /** All flows go into this stream. */
  readonly stream?: string | undefined;
}

const whole = (min: number, max: number) =>
  z.preprocess((value) => (typeof value === "string" ? Number(value) : value), z.int().min(min).max(max));
const anyNumber = (min: number) => whole(min, Number.MAX_SAFE_INTEGER);

const flowSchema = z.looseObject({
  filePattern: z.string().min(1),
  deliveryStream: z.string().min(1).optional(),
  kinesisStream: z.string().min(1).optional(),
  initialPosition: z.enum(["START_OF_FILE", "END_OF_FILE"]).default(FLOW_DEFAULTS.initialPosition),
  maxBufferAgeMillis: whole(1_000, 900_000).default(FLOW_DEFAULTS.bufferAgeMs),
  maxBufferSizeBytes: anyNumber(1).default(BATCH_BYTES_MAX),
  maxBufferSizeRecords: whole(1, BATCH_RECORDS_MAX).default(BATCH_RECORDS_MAX),
  minTimeBetweenFilePollsMillis: anyNumber(1).default(FLOW_DEFAULTS.pollMs),
  maxTimeBetweenFileTrackerRefreshMillis: anyNumber(1).default(FLOW_DEFAULTS.refreshMs),
  multiLineStartPattern: z.string().min(1).optional(),
  skipHeaderLines: anyNumber(0).default(0),
  fileFooterPattern: z.string().min(1).optional(),
  truncatedRecordTerminator: z.string().max(1024).default("\n"),
  aggregatedRecordSizeBytes: whole(0, RECORD_BYTES_MAX).default(0),
  retryInitialBackoffMillis: anyNumber(1).default(FLOW_DEFAULTS.retryFirstMs),
  retryMaxBackoffMillis: anyNumber(1).default(FLOW_DEFAULTS.retryMaxMs),
  dataProcessingOptions: z.array(processingOptionSchema).default([]),
});

const agentSchema = z.looseObject({
  flows: z.array(flowSchema).min(1),
  "firehose.endpoint": z.string().min(1).optional(),
  awsAccessKeyId: z.string().min(1).optional(),
  awsSecretAccessKey: z.string().min(1).optional(),
  checkpointFile: z.string().min(1).optional(),
  shutdownTimeoutMillis: anyNumber(0).default(10_000),
  maxSendingThreads: anyNumber(1).optional(),
});

/** Keys of the Kinesis Agent about things that do not exist here. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "kinesis.endpoint",
  "kinesis.region",
  "cloudwatch.endpoint",
  "cloudwatch.emitMetrics",
  "cloudwatch.namespace",
  "cloudwatch.tagInstance",
  "sts.endpoint",
  "assumeRoleARN",
  "assumeRoleExternalId",
  "userDefinedCredentialsProvider.classname",
  "userDefinedCredentialsProvider.location",
  "maxSendingThreadsPerCore",
  "partitionKeyOption",
  "publishQueueCapacity",
  "waitOnPublishQueueMillis",
  "waitOnFullPublishQueueMillis",
  "waitOnEmptyPublishQueueMillis",
]);

export function parseAgentConfiguration(text: string, overrides: AgentOverrides): AgentConfiguration {
  const parsed = agentSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join(".") || "the file"}: ${issue?.message}`);
  }
  const { flows, ...top } = parsed.data;
  const notes = [
    ...notesOn(top, agentSchema, ""),
    ...flows.flatMap((flow, index) => notesOn(flow, flowSchema, `flows.${index}.`)),
  ];
  const made = flows.map((flow, index) => flowOf(flow, index, overrides, notes));
  const twice = made.find((flow, index) => made.findIndex((other) => flowName(other) === flowName(flow)) < index);
  if (twice !== undefined) throw invalid(`two flows take ${twice.filePattern} into ${twice.stream}; one is enough`);
  const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey } = top;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    throw invalid("awsAccessKeyId and awsSecretAccessKey go together; give both or none");
  return {
    flows: made,
    endpoint: top["firehose.endpoint"] === undefined ? undefined : withScheme(top["firehose.endpoint"]),
    credentials:
      accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : undefined,
    checkpointFile: top.checkpointFile,
    shutdownTimeoutMs: top.shutdownTimeoutMillis,
    sendersMax: top.maxSendingThreads,
    notes,
  };
}

function flowOf(
  flow: z.output<typeof flowSchema>,
  index: number,
  { folder, stream: only }: AgentOverrides,
  notes: string[],
): FileFlow {
  const { multiLineStartPattern: start, fileFooterPattern: footer } = flow;
  const place = `flows.${index}`;
  const stream = only ?? streamOf(flow, place);
  if (flow.maxBufferSizeBytes > BATCH_BYTES_MAX)
    notes.push(`${place}.maxBufferSizeBytes is more than a call may hold; ${BATCH_BYTES_MAX} is used.`);
  return {
    filePattern: isAbsolute(flow.filePattern) ? flow.filePattern : join(folder, flow.filePattern),
    stream,
    initialPosition: flow.initialPosition,
    limits: { records: flow.maxBufferSizeRecords, bytes: Math.min(flow.maxBufferSizeBytes, BATCH_BYTES_MAX) },
    records: {
      skipHeaderLines: flow.skipHeaderLines,
      startPattern: start === undefined ? undefined : javaPattern(start, "multiLineStartPattern", { whole: false }),
      footerPattern: footer === undefined ? undefined : javaPattern(footer, "fileFooterPattern", { whole: true }),
      recordBytesMax: RECORD_BYTES_MAX,
      truncatedRecordTerminator: Buffer.from(flow.truncatedRecordTerminator),
      aggregatedRecordBytes: flow.aggregatedRecordSizeBytes,
      convert: conversionOf(flow.dataProcessingOptions),
    },
    bufferAgeMs: flow.maxBufferAgeMillis,
    pollMs: flow.minTimeBetweenFilePollsMillis,
    refreshMs: flow.maxTimeBetweenFileTrackerRefreshMillis,
    retryFirstMs: flow.retryInitialBackoffMillis,
    retryMaxMs: flow.retryMaxBackoffMillis,
  };
}

function streamOf({ deliveryStream, kinesisStream }: z.output<typeof flowSchema>, place: string): string {
  if (deliveryStream !== undefined && kinesisStream === undefined) return deliveryStream;
  if (kinesisStream === undefined)
    throw invalid(`${place} has no deliveryStream; name the stream that its files go to`);
  const message = `${place} sends to the Kinesis stream "${kinesisStream}". This agent sends to delivery streams: write "deliveryStream" instead of "kinesisStream", or name a stream for all flows with --stream`;
  throw invalid(
    deliveryStream === undefined ? message : `${place} has both deliveryStream and kinesisStream; keep deliveryStream`,
  );
}

function notesOn(given: object, { shape }: { readonly shape: object }, place: string): string[] {
  const unknown = Object.keys(given).filter((key) => !(key in shape));
  return unknown.map((key) =>
    WITHOUT_EFFECT.has(key)
      ? `${place}${key} has no effect here.`
      : `${place}${key} is no key of the Kinesis Agent's configuration; it is passed over.`,
  );
}

/** The Kinesis Agent takes endpoints without a scheme, and means HTTPS. */
function withScheme(endpoint: string): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalid(reasonOf(error));
  }
}

function invalid(reason: string): LakehoseError {
  return new LakehoseError("agent-configuration", `The agent's configuration cannot be followed: ${reason}.`);
}

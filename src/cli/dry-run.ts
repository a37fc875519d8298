import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decompress } from "../formats/compression/decompress.ts";
import { packRecords } from "../model/records.ts";
import { parseConfiguration } from "../server/configuration/load-configuration.ts";
import { isData } from "../server/delivered-records.ts";
import { openServer, type RunningServer } from "../server/open-server.ts";
import { readLines } from "../std/read-lines.ts";
import type { StreamDocument } from "../streams/streams.ts";
import { warningsOf } from "../streams/warnings.ts";
import { CliError } from "./cli-error.ts";
import { table } from "./output.ts";

export interface DryRunResult {
  readonly stream: string;
  readonly warnings: readonly string[];
  readonly objects: readonly DryRunObject[];
  readonly rejects: readonly DryRunReject[];
}

export interface DryRunObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
}

export interface DryRunReject {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly rawData: string;
}

/** Sample records are few; this bounds what a mistaken file can do. */
const OBJECT_BYTES_MAX = 256 * 1024 * 1024;

/** Records of one append. */
const APPEND_RECORDS_MAX = 10_000;

/**
 * What a stream would do with some records, found out by doing it: a whole server over a temporary folder, with local
 * folders in place of every bucket. There is no second implementation that could answer differently.
 */
export async function dryRun(
  request: Readonly<Record<string, unknown>>,
  records: readonly Buffer[],
): Promise<DryRunResult> {
  const data = await mkdtemp(join(tmpdir(), "lakehose-dry-run-"));
  try {
    const content = { data, port: 0, logLevel: "silent", streams: [request], encryption: { env: "DRY_RUN_KEY" } };
    const environment = { DRY_RUN_KEY: randomBytes(32).toString("hex") };
    const path = "the request";
    const server = await openServer(parseConfiguration(JSON.stringify(content), { path, environment }));
    try {
      return await deliver(server, records);
    } finally {
      await server.close();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function deliver(server: RunningServer, records: readonly Buffer[]): Promise<DryRunResult> {
  const [document] = server.streams.list();
  if (document === undefined) throw new CliError("The request made no stream");
  if (document.status !== "ACTIVE")
    throw new CliError(`The stream would be ${document.status}: ${document.failure?.details}`);
  const intake = server.streams.intake(document.name);
  for (let first = 0; first < records.length; first += APPEND_RECORDS_MAX) {
    const part = records.slice(first, first + APPEND_RECORDS_MAX);
    await intake.accept({ records: packRecords(part), call: "dry-run" });
  }
  await server.streams.flush(document.name, new AbortController().signal);
  const objects: DryRunObject[] = [];
  const rejects: DryRunReject[] = [];
  for await (const { object, rejected } of objectsOf(server, document)) {
    if (rejected) rejects.push(...(await rejectsOf(server, object)));
    else objects.push(object);
  }
  const warnings = warningsOf(document).map(({ message }) => message);
  return { stream: document.name, warnings, objects, rejects };
}

/** All that landed, in all buckets of the stream. What no delivery would call data is error output. */
async function* objectsOf(server: RunningServer, document: StreamDocument) {
  const buckets = new Set(document.deliveries.map(({ target }) => String(target.options.bucket)));
  for (const bucket of buckets) {
    for await (const { key, bytes } of server.stores.storeFor(bucket).list(bucket)) {
      const rejected = !document.deliveries.some((definition) => isData(key, document.name, definition));
      yield { object: { bucket, key, bytes }, rejected };
    }
  }
}

async function rejectsOf(server: RunningServer, { bucket, key }: DryRunObject): Promise<DryRunReject[]> {
  const bytes = await server.stores.storeFor(bucket).get(bucket, key);
  const found: DryRunReject[] = [];
  for await (const line of readLines(decompress(bytes, { outputBytesMax: OBJECT_BYTES_MAX }))) {
    const { errorCode = "", errorMessage = "", rawData = "" } = JSON.parse(line.toString("utf8"));
    const raw = Buffer.from(String(rawData), "base64").toString("utf8");
    found.push({ key, code: String(errorCode), message: String(errorMessage), rawData: raw });
  }
  return found;
}

export function dryRunLines({ stream, warnings, objects, rejects }: DryRunResult): readonly string[] {
  const places = objects.map(({ bucket, key, bytes }) => [`${bucket}/${key}`, bytes]);
  const refused = rejects.map(({ code, message, rawData }) => [
    code,
    message,
    rawData.trimEnd().slice(0, RAW_SHOWN_MAX),
  ]);
  return [
    ...warnings.map((warning) => `Warning: ${warning}`),
    `${stream} would write ${objects.length === 1 ? "1 object" : `${objects.length} objects`} (a dry run: nothing was made):`,
    ...(places.length === 0 ? [] : table(["object", "bytes"], places)),
    ...(refused.length === 0 ? [] : ["Rejected:", ...table(["code", "reason", "record"], refused)]),
  ];
}

/** Enough of a rejected record to know it again. */
const RAW_SHOWN_MAX = 60;

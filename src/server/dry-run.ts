import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DryRunObject, DryRunReject, DryRunResult } from "../api/admin/dry-run-result.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { decompress } from "../formats/compression/decompress.ts";
import { LakehoseError } from "../model/errors.ts";
import { packRecords } from "../model/records.ts";
import type { JsonObject } from "../std/json.ts";
import { readLines } from "../std/read-lines.ts";
import type { StreamDocument, Streams } from "../streams/streams.ts";
import { warningsOf } from "../streams/warnings.ts";
import { type Configuration, parseConfiguration } from "./configuration/load-configuration.ts";
import { isData } from "./delivered-records.ts";
import { schemaNamedBy, withoutOutside } from "./dry-run-request.ts";
import type { Stores } from "./stores.ts";

/** Sample records are few; this bounds what a mistaken file can do. */
const OBJECT_BYTES_MAX = 256 * 1024 * 1024;

/** Records of one append. */
const APPEND_RECORDS_MAX = 10_000;

/** As much of a server as a dry run needs. Handed in, because the server that opens it offers dry runs itself. */
export interface ScratchServer {
  readonly streams: Streams;
  readonly stores: Stores;
  close(): Promise<void>;
}

export type OpenScratchServer = (configuration: Configuration) => Promise<ScratchServer>;

/** What a stream may need of the server that it is to live on. */
export interface DryRunWorld {
  readonly functions: Configuration["functions"];
  /** Tables that give columns to what it writes. */
  readonly catalog: Pick<Catalog, "table">;
}

/**
 * What a stream would do with some records, found out by doing it: a whole server over a temporary folder, with local
 * folders in place of every bucket, and of every other destination. There is no second implementation that could answer
 * differently.
 */
export async function dryRun(
  open: OpenScratchServer,
  wanted: JsonObject,
  records: readonly Buffer[],
  world?: DryRunWorld,
): Promise<DryRunResult> {
  const { request, warnings } = withoutOutside(wanted);
  const data = await mkdtemp(join(tmpdir(), "lakehose-dry-run-"));
  try {
    const server = await open(configurationOf(request, data, world));
    try {
      const result = await deliver(server, records);
      return { ...result, warnings: [...warnings, ...result.warnings] };
    } finally {
      await server.close();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function configurationOf(request: JsonObject, data: string, world: DryRunWorld | undefined): Configuration {
  const encryption = { env: "DRY_RUN_KEY" };
  const catalog = world === undefined ? {} : { catalog: tablesOf(request, world.catalog) };
  const content = { data, port: 0, logLevel: "silent", streams: [request], encryption, ...catalog };
  const environment = { DRY_RUN_KEY: randomBytes(32).toString("hex") };
  const configuration = parseConfiguration(JSON.stringify(content), { path: "the request", environment });
  return world === undefined ? configuration : { ...configuration, functions: world.functions };
}

/** The table that a format conversion names, in the words of the configuration. */
function tablesOf(request: JsonObject, catalog: Pick<Catalog, "table">): JsonObject {
  const schema = schemaNamedBy(request);
  if (schema === undefined) return {};
  const { database, name } = schema;
  const table = catalog.table(database, name);
  if (table === undefined) return {};
  const columns = (table.definition.storageDescriptor?.columns ?? []).map(({ name, type = "string" }) => ({
    name,
    type,
  }));
  const partitionKeys = (table.definition.partitionKeys ?? []).map(({ name, type = "string" }) => ({ name, type }));
  return { databases: { [database]: { tables: { [name]: { columns, partitionKeys } } } } };
}

async function deliver(server: ScratchServer, records: readonly Buffer[]): Promise<DryRunResult> {
  const [document] = server.streams.list();
  if (document === undefined) throw new LakehoseError("dry-run-failed", "The request made no stream");
  if (document.status !== "ACTIVE")
    throw new LakehoseError("dry-run-failed", `The stream would be ${document.status}: ${document.failure?.details}`);
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
async function* objectsOf(server: ScratchServer, document: StreamDocument) {
  const buckets = new Set(document.deliveries.map(({ target }) => String(target.options.bucket)));
  for (const bucket of buckets) {
    for await (const { key, bytes } of server.stores.storeFor(bucket).list(bucket)) {
      const rejected = !document.deliveries.some((definition) => isData(key, document.name, definition));
      yield { object: { bucket, key, bytes }, rejected };
    }
  }
}

async function rejectsOf(server: ScratchServer, { bucket, key }: DryRunObject): Promise<DryRunReject[]> {
  const bytes = await server.stores.storeFor(bucket).get(bucket, key);
  const found: DryRunReject[] = [];
  for await (const line of readLines(decompress(bytes, { outputBytesMax: OBJECT_BYTES_MAX }))) {
    const { errorCode = "", errorMessage = "", rawData = "" } = JSON.parse(line.toString("utf8"));
    const raw = Buffer.from(String(rawData), "base64").toString("utf8");
    found.push({ key, code: String(errorCode), message: String(errorMessage), rawData: raw });
  }
  return found;
}

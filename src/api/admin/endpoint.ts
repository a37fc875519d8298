import type { AuditLog } from "../../access/audit-log.ts";
import type { Role } from "../../access/role.ts";
import type { Alarms } from "../../alarms/alarms.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Crawlers } from "../../catalog/crawler/crawlers.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { TableChanges } from "../../catalog/table-changes/table-changes.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import type { Queries } from "../../query/queries.ts";
import type { Sources } from "../../sources/sources.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { MetricHistory } from "../../telemetry/history/metric-history.ts";
import type { Triggers } from "../../triggers/triggers.ts";
import type { ControlContext } from "../firehose/control-context.ts";
import type { DryRunResult } from "./dry-run-result.ts";
import type { FunctionDesk } from "./function-desk.ts";

/** One thing that the admin API does, one file each. The console and the command line speak these and nothing else. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments after `/api/`; `:name` stands for a stream, `:id` for what belongs to it. */
  readonly path: string;
  /** For access rules: `lakehose:FlushStream`. */
  readonly action: string;
  /** What a session, or a token with a role, has to have at least. */
  readonly role: Role;
  /** Whether calls are written to the audit log. Default: all but those by GET. */
  readonly audited?: false;
  handle(call: EndpointCall): Promise<JsonValue | FileAnswer> | JsonValue | FileAnswer;
}

/** An answer that is a file for whoever asked, and no JSON. */
export class FileAnswer {
  /** What it is called when it is saved; letters, digits, `.` and `-`. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: AsyncIterable<Uint8Array>;

  constructor(name: string, contentType: string, bytes: AsyncIterable<Uint8Array>) {
    this.name = name;
    this.contentType = contentType;
    this.bytes = bytes;
  }
}

export interface EndpointCall {
  /** Name of the stream in the path; empty where the path has none. */
  readonly stream: string;
  /** The value of `:id`; empty where the path has none. */
  readonly id: string;
  /** ARN of that stream as this caller names it; `*` where the path has none. */
  readonly arn: string;
  readonly query: URLSearchParams;
  /** The body as a JSON object. Throws for anything else. */
  json(): Promise<JsonObject>;
  /**
   * For endpoints that are not `audited` as a rule and learn from the body that this call changes what is defined: it is
   * written down, and throws AccessDeniedException unless the caller's role is `admin`.
   */
  changes(asked: JsonObject): void;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface AdminContext extends ControlContext {
  readonly catalog: Catalog;
  readonly crawlers: Crawlers;
  readonly partitions: Partitions;
  readonly changes: TableChanges;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly queries: Queries;
  readonly jobs: Jobs;
  readonly sources: Sources;
  readonly triggers: Triggers;
  readonly history: MetricHistory;
  readonly alarms: Pick<Alarms, "list" | "targets">;
  readonly deliveryLog: DeliveryLogSource;
  readonly audit: Pick<AuditLog, "read">;
  readonly demoData: DemoData;
  readonly functions: FunctionDesk;
  /** What a stream that a CreateDeliveryStream request makes would do with some records. */
  readonly dryRun: (request: JsonObject, records: readonly Buffer[]) => Promise<DryRunResult>;
}

/** Records that the server makes up and puts into a stream, for whoever has no producer yet. */
export interface DemoData {
  readonly generators: readonly { readonly name: string; readonly summary: string }[];
  /** Sends in place of what was being sent to this stream. Throws `StreamError` where it takes no records. */
  start(stream: string, request: DemoDataRequest): Promise<DemoDataStatus>;
  stop(stream: string): Promise<void>;
  /** What is being sent, or was sent last. */
  of(stream: string): DemoDataStatus | undefined;
}

export interface DemoDataRequest {
  readonly generator: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly badShare: number;
}

export interface DemoDataStatus extends DemoDataRequest {
  readonly state: "sending" | "ended";
  readonly startedAt: number;
  readonly accepted: number;
  /** Records that the stream refused: its budget or its rate is spent. They are not sent again. */
  readonly refused: number;
  /** Why it ended before its time. */
  readonly failure?: string;
}

/** Where the delivery events of a stream are read from (reference 2.9). */
export interface DeliveryLogSource {
  read(stream: string, logStream: string, limit: number): Promise<readonly object[]>;
  logStreams(stream: string): Promise<readonly string[]>;
}

import type { Catalog } from "../../catalog/catalog.ts";
import type { Crawlers } from "../../catalog/crawler/crawlers.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import type { Queries } from "../../query/queries.ts";
import type { Sources } from "../../sources/sources.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { Triggers } from "../../triggers/triggers.ts";
import type { ControlContext } from "../firehose/control-context.ts";

/** One thing that the admin API does, one file each. The console and the command line speak these and nothing else. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments after `/api/`; `:name` stands for a stream, `:id` for what belongs to it. */
  readonly path: string;
  /** For access rules: `lakehose:FlushStream`. */
  readonly action: string;
  handle(call: EndpointCall): Promise<JsonValue> | JsonValue;
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
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface AdminContext extends ControlContext {
  readonly catalog: Catalog;
  readonly crawlers: Crawlers;
  readonly partitions: Partitions;
  readonly queries: Queries;
  readonly jobs: Jobs;
  readonly sources: Sources;
  readonly triggers: Triggers;
  readonly deliveryLog: DeliveryLogSource;
}

/** Where the delivery events of a stream are read from (reference 2.9). */
export interface DeliveryLogSource {
  read(stream: string, logStream: string, limit: number): Promise<readonly object[]>;
  logStreams(stream: string): Promise<readonly string[]>;
}

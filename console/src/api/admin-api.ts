/** Made by `npm run docs` from the contracts of the admin API (src/api/admin/contract); not to be changed by hand. */
import { addressOf, type CallOptions, queryText, request } from "./request.ts";

export type Alarm = { readonly rule: string; readonly stream: string; readonly state: "ok" | "alarm"; readonly since?: number; readonly severity: string; readonly measure: string; readonly above: number; readonly value?: number };

export type AlarmTarget = { readonly name: string; readonly target: string; readonly failure?: { readonly at: number; readonly message: string }; readonly waiting: number };

export type AuditEntry = { readonly id: number; readonly at: string; readonly who: string; readonly proof: "nothing" | "key" | "token" | "session" | "password" | "oidc"; readonly role?: "viewer" | "operator" | "admin"; readonly from: string; readonly action: string; readonly subjects: readonly string[]; readonly outcome: "done" | "refused" | "failed"; readonly reason?: string; readonly before?: unknown; readonly after?: unknown; readonly request?: Readonly<Record<string, unknown>>; readonly requestId: string };

/** A component by its name on the page of components, with its options. */
export type Component = { readonly type: string; readonly options: Readonly<Record<string, unknown>> };

export type Crawl = { readonly id: string; readonly crawler: string; readonly database: string; readonly locations: readonly string[]; readonly state: "running" | "done" | "failed" | "cancelled"; readonly startedAt: number; readonly endedAt?: number; readonly progress: { readonly listed: number; readonly chosen: number; readonly sampled: number }; readonly report?: CrawlReport; readonly failure?: string };

export type CrawlReport = { readonly tables: readonly { readonly database: string; readonly name: string; readonly location: string; readonly change: "created" | "updated" | "unchanged" | "differs" | "deprecated" | "deleted" | "missing" | "failed"; readonly format: string; readonly compression: string; readonly columns: number; readonly partitions: { readonly created: number; readonly updated: number; readonly unchanged: number; readonly deprecated: number; readonly deleted: number; readonly missing: number }; readonly warnings: readonly string[] }[]; readonly objects: { readonly listed: number; readonly sampled: number; readonly broken: number }; readonly broken: readonly { readonly key: string; readonly reason: string }[]; readonly incomplete: readonly string[]; readonly warnings: readonly string[] };

export type Crawler = { readonly name: string; readonly description?: string; readonly database: string; readonly locations: readonly string[]; readonly schedule?: string; readonly nextRunAt?: number; readonly lastCrawl?: { readonly status: "done" | "failed" | "cancelled"; readonly startedAt: number; readonly endedAt: number; readonly message?: string; readonly tables: { readonly created: number; readonly updated: number; readonly deleted: number } }; readonly runningCrawl?: string };

export type Database = { readonly name: string; readonly description?: string; readonly location?: string; readonly tables: number; readonly createdAt: number };

/** accepted = delivered + errored + dropped + pending */
export type DeliveryBalance = { readonly id: string; readonly accepted: number; readonly delivered: number; readonly errored: number; readonly dropped: number; readonly pending: number; readonly balanced: boolean };

export type DeliveryCounters = { readonly read: number; readonly delivered: number; readonly errored: number; readonly dropped: number; readonly pending: number };

export type DeliveryDefinition = { readonly id: string; readonly kind: "primary" | "backup" | "replay"; readonly processors: readonly Component[]; readonly format: Component; readonly table?: { readonly databaseName: string; readonly tableName: string; readonly versionId: string }; readonly compression: { readonly type: "none" | "gzip" | "zip" | "snappy" | "hadoop-snappy" | "zstd"; readonly level?: number }; readonly naming: { readonly prefix?: string; readonly errorPrefix?: string; readonly timeZone: string; readonly extension?: string }; readonly partition?: { readonly keys: readonly { readonly name: string; readonly format?: string; readonly default?: string }[]; readonly activeMax?: number; readonly eventTime?: { readonly timeZone: string; readonly late?: { readonly afterMs: number; readonly to: "error-output" | "prefix"; readonly prefix?: string }; readonly future?: { readonly afterMs: number; readonly to: "error-output" | "prefix"; readonly prefix?: string }; readonly closeAfterMs?: number } }; readonly target: Component; readonly roll: RollPolicy; readonly logging?: { readonly group: string; readonly stream: string } };

export type DeliveryLogEvent = { readonly timestamp?: string; readonly deliveryStreamARN?: string; readonly destination?: string; readonly deliveryStreamVersionId?: string; readonly message?: string; readonly errorCode?: string };

export type DeliveryStatus = { readonly id: string; readonly kind: "primary" | "backup" | "replay"; readonly state: "stopped" | "recovering" | "running" | "retrying" | "failed"; readonly read: number; readonly hold: number; readonly openAccumulators: number; readonly openParcels: number; readonly spilledBytes: number; readonly counters: DeliveryCounters; readonly oldestPendingMs?: number; readonly lastError?: { readonly code: string; readonly message: string; readonly at: number } };

export type DemoDataStatus = { readonly generator: string; readonly perSecond: number; readonly seconds: number; readonly badShare: number; readonly state: "sending" | "ended"; readonly startedAt: number; readonly accepted: number; readonly refused: number; readonly failure?: string };

export type DryRunResult = { readonly stream: string; readonly warnings: readonly string[]; readonly objects: readonly { readonly bucket: string; readonly key: string; readonly bytes: number }[]; readonly rejects: readonly { readonly key: string; readonly code: string; readonly message: string; readonly rawData: string }[] };

export type ErrorKind = { readonly errorType: string; readonly code: string; readonly records: number };

/** Kinds are counted in the newest objects, as many as `objectsRead`. */
export type ErrorSample = { readonly objects: number; readonly bytes: number; readonly objectsRead: number; readonly kinds: readonly ErrorKind[]; readonly records: readonly SampledError[]; readonly problems: readonly { readonly key: string; readonly reason: string }[] };

/** Codes are those of the AWS wire; messages say what was expected and what came. */
export type Failure = { readonly code: string; readonly message: string };

export type FunctionDetails = { readonly name: string; readonly target: "local" | "lambda" | "url"; readonly where: string; readonly runtime?: string; readonly handler?: string; readonly problem?: string; readonly files: readonly { readonly path: string; readonly size: number; readonly text?: string }[]; readonly output: readonly FunctionOutputLine[] };

export type FunctionOutputLine = { readonly at: number; readonly invocationId: string; readonly channel: "stdout" | "stderr"; readonly line: string };

export type FunctionSummary = { readonly name: string; readonly target: "local" | "lambda" | "url"; readonly where: string; readonly runtime?: string; readonly handler?: string; readonly problem?: string; readonly streams: readonly string[] };

export type Job = { readonly name: string; readonly kind: string; readonly description: string; readonly options: Readonly<Record<string, unknown>>; readonly triggers: readonly Readonly<Record<string, unknown>>[]; readonly retries: number; readonly retryDelaySeconds: number; readonly timeoutSeconds: number; readonly overlap: "queue" | "skip"; readonly enabled: boolean; readonly version: number; readonly createdAt: number; readonly updatedAt: number; readonly lastRun?: JobRun; readonly nextRunAt?: number };

export type JobRun = { readonly id: string; readonly job: string; readonly kind: string; readonly state: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "timed-out"; readonly attempt: number; readonly cause: string; readonly occasion: { readonly at: number; readonly day?: string }; readonly queuedAt: number; readonly notBefore?: number; readonly startedAt?: number; readonly endedAt?: number; readonly counters?: Readonly<Record<string, number>>; readonly failure?: { readonly code: string; readonly message: string }; readonly progress?: { readonly done: number; readonly total?: number } };

export type MetricSeries = { readonly namespace: string; readonly metric: string; readonly unit: string; readonly dimensions: Readonly<Record<string, string>>; readonly points: readonly { readonly at: string; readonly sum: number; readonly count: number; readonly min: number; readonly max: number; readonly average: number }[] };

/** `size` is that of the whole record, of which this is the beginning. */
export type NewestRecord = { readonly offset: number; readonly arrivalMs: number; readonly onlyDelivery?: string; readonly size: number; readonly text?: string; readonly base64?: string };

export type Query = { readonly id: string; readonly sql: string; readonly database: string; readonly fresh: boolean; readonly state: "queued" | "running" | "succeeded" | "failed" | "cancelled"; readonly submittedAt: number; readonly startedAt?: number; readonly endedAt?: number; readonly columns?: readonly { readonly name: string; readonly type: string }[]; readonly rows: number; readonly statistics?: QueryStatistics; readonly failure?: { readonly code: string; readonly message: string } };

export type QueryStatistics = { readonly rows: number; readonly files: number; readonly scannedBytes: number; readonly partitionsRead: number; readonly partitionsKnown: number; readonly written?: readonly string[]; readonly fresh?: { readonly files: number; readonly bytes: number; readonly complete: boolean } };

export type RedriveStatus = { readonly id: number; readonly delivery: string; readonly state: "running" | "done" | "failed" | "cancelled" | "interrupted"; readonly request: { readonly prefix?: string; readonly keys?: readonly string[]; readonly bucket?: string; readonly again: boolean; readonly stage?: "processors" | "delivery" }; readonly startedAt: number; readonly endedAt?: number; readonly failure?: string; readonly objects: { readonly found: number; readonly done: number; readonly skipped: number; readonly failed: number }; readonly bytes: { readonly found: number; readonly done: number }; readonly records: { readonly redriven: number; readonly refused: number; readonly otherDelivery: number; readonly inDoubt: number }; readonly problems: readonly { readonly key: string; readonly reason: string }[] };

export type ReplayStatus = { readonly id: string; readonly of: string; readonly source: { readonly type: "log"; readonly from: number; readonly to: number } | { readonly type: "objects"; readonly bucket: string; readonly prefix: string; readonly exclude: readonly string[]; readonly stage: "processors" | "delivery"; readonly from: number }; readonly createdAt: number; readonly state: "running" | "landed" | "cancelled"; readonly endedAt?: number; readonly counters?: DeliveryCounters; readonly target: { readonly bucket?: string; readonly prefix: string }; readonly running?: DeliveryStatus; readonly reading?: { readonly objects: number; readonly records: number; readonly key?: string; readonly problems: readonly { readonly key: string; readonly reason: string }[] }; readonly problem?: string };

/** When an object is handed on; the first limit that is reached. */
export type RollPolicy = { readonly size?: { readonly bytes: number; readonly measure: "raw" | "encoded" }; readonly records?: number; readonly ageMs?: number; readonly idleMs?: number; readonly at?: { readonly time: string; readonly timeZone: string } };

export type SampledError = { readonly bucket: string; readonly key: string; readonly errorType: string; readonly code: string; readonly message: string; readonly attempts: number; readonly arrivalMs?: number; readonly offset?: number; readonly size: number; readonly text?: string; readonly base64?: string };

export type Source = { readonly name: string; readonly kind: string; readonly stream: string; readonly description: string; readonly upstream: string; readonly state: "starting" | "reading" | "held" | "waiting" | "disabled" | "stopped"; readonly since: number; readonly failure?: { readonly code: string; readonly message: string; readonly at: number; readonly failures: number; readonly nextAttemptAt: number }; readonly warning?: { readonly code: string; readonly message: string; readonly at: number }; readonly records: number; readonly bytes: number; readonly duplicates: number; readonly lastAppendAt?: number; readonly counters: Readonly<Record<string, number>>; readonly measures: Readonly<Record<string, number>> };

export type Stream = { readonly name: string; readonly uid: string; readonly arn: string; readonly type: "DirectPut" | "KinesisStreamAsSource" | "MSKAsSource" | "DatabaseAsSource"; readonly status: StreamStatus; readonly failure?: { readonly type: string; readonly details: string }; readonly versionId: string; readonly createdAt: number; readonly updatedAt?: number; readonly encryption: string; readonly tags: Readonly<Record<string, string>>; readonly extensions: Readonly<Record<string, unknown>>; readonly destination: Readonly<Record<string, unknown>>; readonly settings?: Readonly<Record<string, unknown>>; readonly settingsProblem?: string; readonly deliveries: readonly DeliveryDefinition[]; readonly warnings: readonly { readonly code: string; readonly message: string }[] };

export type StreamDetails = { readonly name: string; readonly uid: string; readonly arn: string; readonly type: "DirectPut" | "KinesisStreamAsSource" | "MSKAsSource" | "DatabaseAsSource"; readonly status: StreamStatus; readonly failure?: { readonly type: string; readonly details: string }; readonly versionId: string; readonly createdAt: number; readonly updatedAt?: number; readonly encryption: string; readonly tags: Readonly<Record<string, string>>; readonly extensions: Readonly<Record<string, unknown>>; readonly destination: Readonly<Record<string, unknown>>; readonly settings?: Readonly<Record<string, unknown>>; readonly settingsProblem?: string; readonly deliveries: readonly DeliveryDefinition[]; readonly warnings: readonly { readonly code: string; readonly message: string }[]; readonly health?: StreamHealth; readonly unavailable?: string };

export type StreamHealth = { readonly log: { readonly bytes: number; readonly start: number; readonly end: number; readonly pendingAppends: number }; readonly budgetBytes: number; readonly paused: boolean; readonly accepted: number; readonly deliveries: readonly DeliveryStatus[]; readonly replays: readonly ReplayStatus[]; readonly balance: readonly DeliveryBalance[] };

export type StreamHealthList = { readonly at: number; readonly streams: readonly StreamState[] };

/** How a stream does, or why nobody can say. */
export type StreamState = { readonly name: string; readonly status: StreamStatus; readonly health?: StreamHealth; readonly unavailable?: string };

export type StreamStatus = "CREATING" | "CREATING_FAILED" | "ACTIVE" | "DELETING" | "DELETING_FAILED";

export type Table = { readonly database: string; readonly version: string; readonly createdAt: number; readonly updatedAt: number; readonly streams: readonly string[]; readonly name: string; readonly description?: string; readonly owner?: string; readonly storageDescriptor?: { readonly columns?: readonly { readonly name: string; readonly type?: string; readonly comment?: string; readonly parameters?: Readonly<Record<string, string>> }[]; readonly location?: string; readonly inputFormat?: string; readonly outputFormat?: string; readonly parameters?: Readonly<Record<string, string>> }; readonly partitionKeys?: readonly { readonly name: string; readonly type?: string; readonly comment?: string; readonly parameters?: Readonly<Record<string, string>> }[]; readonly tableType?: string; readonly parameters?: Readonly<Record<string, string>> };

export type TableListing = { readonly files: readonly { readonly location: string; readonly folder: string; readonly bytes: number; readonly modifiedAt: number }[]; readonly total: number; readonly bytes: number; readonly folders: number; readonly smallFiles: number; readonly smallFolders: number; readonly complete: boolean };

export type TableSummary = { readonly database: string; readonly name: string; readonly version: string; readonly columns: number; readonly updatedAt: number };

export type TableVersion = { readonly version: string; readonly updatedAt: number; readonly columns: readonly { readonly name: string; readonly type: string; readonly comment?: string }[]; readonly partitionKeys: readonly { readonly name: string; readonly type: string; readonly comment?: string }[] };

export type TriedRecord = { readonly record: number; readonly result: "kept" | "dropped" | "rejected"; readonly data?: string; readonly dataBase64?: string; readonly partitionKeys?: Readonly<Record<string, string>>; readonly code?: string; readonly message?: string };

export type Trigger = { readonly name: string; readonly kind: string; readonly description: string; readonly upstream: string; readonly target: string; readonly calls: number; readonly failedCalls: number; readonly givenUp: number; readonly callFailure?: { readonly message: string; readonly at: number; readonly attempt: number }; readonly state: "starting" | "reading" | "held" | "waiting" | "disabled" | "stopped"; readonly since: number; readonly failure?: { readonly code: string; readonly message: string; readonly at: number; readonly failures: number; readonly nextAttemptAt: number }; readonly warning?: { readonly code: string; readonly message: string; readonly at: number }; readonly records: number; readonly bytes: number; readonly duplicates: number; readonly lastAppendAt?: number; readonly counters: Readonly<Record<string, number>>; readonly measures: Readonly<Record<string, number>> };

export const adminApi = {
  /** Ends a crawl; what it has done by then stays. */
  cancelCrawl: (id: string, options?: CallOptions) =>
    request<Crawl>({ method: "DELETE", path: `crawls/${encodeURIComponent(id)}`, ...options }),
  /** Ends a run; what it has done stays. */
  cancelJobRun: (id: string, options?: CallOptions) =>
    request<JobRun>({ method: "DELETE", path: `job-runs/${encodeURIComponent(id)}`, ...options }),
  /** Ends a query; one that had ended before stays what it is. */
  cancelQuery: (id: string, options?: CallOptions) =>
    request<Query>({ method: "DELETE", path: `queries/${encodeURIComponent(id)}`, ...options }),
  /** Ends a redrive for good; what it has put into the stream stays. */
  cancelRedrive: (name: string, id: string, query: { delivery?: string } = {}, options?: CallOptions) =>
    request<RedriveStatus>({ method: "DELETE", path: `streams/${encodeURIComponent(name)}/redrives/${encodeURIComponent(id)}${queryText(query)}`, ...options }),
  /** Ends a replay for good; objects that it has written stay. */
  cancelReplay: (name: string, id: string, options?: CallOptions) =>
    request<ReplayStatus>({ method: "DELETE", path: `streams/${encodeURIComponent(name)}/replays/${encodeURIComponent(id)}`, ...options }),
  /** Creates a stream from a CreateDeliveryStream request with a `lakehose` section, or only checks it. */
  createStream: (name: string, body: Readonly<Record<string, unknown>>, query: { check?: "true" | "false" } = {}, options?: CallOptions) =>
    request<{ readonly created: boolean; readonly stream?: Stream }>({ method: "PUT", path: `streams/${encodeURIComponent(name)}${queryText(query)}`, body, ...options }),
  /** Deletes a job with its runs and their logs. */
  deleteJob: (id: string, options?: CallOptions) =>
    request<{ readonly name: string }>({ method: "DELETE", path: `jobs/${encodeURIComponent(id)}`, ...options }),
  /** Deletes a stream: it takes no more records, and what is left is delivered behind the answer. */
  deleteStream: (name: string, query: { force?: "true" | "false" } = {}, options?: CallOptions) =>
    request<{ readonly name: string }>({ method: "DELETE", path: `streams/${encodeURIComponent(name)}${queryText(query)}`, ...options }),
  /** Where it is: The whole result of a query that ended well as a file, `csv` unless told otherwise. */
  downloadQueryAddress: (id: string, query: { form?: "csv" | "parquet" } = {}) => addressOf(`queries/${encodeURIComponent(id)}/file${queryText(query)}`),
  /** What a stream would do with sample records; nothing is made, nothing goes out, functions are called. */
  dryRunStream: (name: string, body: { readonly records: readonly string[]; readonly request?: Readonly<Record<string, unknown>>; readonly update?: Readonly<Record<string, unknown>> }, options?: CallOptions) =>
    request<DryRunResult>({ method: "POST", path: `streams/${encodeURIComponent(name)}/dry-run`, body, ...options }),
  /** Delivers all that was accepted before the call; true when it has landed, false when that takes longer. */
  flushStream: (name: string, options?: CallOptions) =>
    request<{ readonly flushed: boolean }>({ method: "POST", path: `streams/${encodeURIComponent(name)}/flush`, ...options }),
  /** One crawl, with its report once it is done. */
  getCrawl: (id: string, options?: CallOptions) =>
    request<Crawl>({ method: "GET", path: `crawls/${encodeURIComponent(id)}`, ...options }),
  /** What the server can make up, and what it is sending to this stream. */
  getDemoData: (name: string, options?: CallOptions) =>
    request<{ readonly generators: readonly { readonly name: string; readonly summary: string }[]; readonly sending?: DemoDataStatus }>({ method: "GET", path: `streams/${encodeURIComponent(name)}/demo-data`, ...options }),
  /** One function with its source, where it runs here, and what it printed last. */
  getFunction: (id: string, options?: CallOptions) =>
    request<FunctionDetails>({ method: "GET", path: `functions/${encodeURIComponent(id)}`, ...options }),
  /** One job with the newest of its runs. */
  getJob: (id: string, options?: CallOptions) =>
    request<Job>({ method: "GET", path: `jobs/${encodeURIComponent(id)}`, ...options }),
  /** One run: its state, its progress, its counters or its failure. */
  getJobRun: (id: string, options?: CallOptions) =>
    request<JobRun>({ method: "GET", path: `job-runs/${encodeURIComponent(id)}`, ...options }),
  /** This document. */
  getOpenApi: (options?: CallOptions) =>
    request<Readonly<Record<string, unknown>>>({ method: "GET", path: `openapi.json`, ...options }),
  /** One query; with `waitMs` the answer comes when it has ended, or after that time. */
  getQuery: (id: string, query: { waitMs?: number } = {}, options?: CallOptions) =>
    request<Query>({ method: "GET", path: `queries/${encodeURIComponent(id)}${queryText(query)}`, ...options }),
  /** One source. */
  getSource: (id: string, options?: CallOptions) =>
    request<Source>({ method: "GET", path: `sources/${encodeURIComponent(id)}`, ...options }),
  /** One stream with its health and the balance of each delivery. */
  getStream: (name: string, options?: CallOptions) =>
    request<StreamDetails>({ method: "GET", path: `streams/${encodeURIComponent(name)}`, ...options }),
  /** The table DATABASE.TABLE as it is now. */
  getTable: (id: string, options?: CallOptions) =>
    request<Table>({ method: "GET", path: `tables/${encodeURIComponent(id)}`, ...options }),
  /** One trigger. */
  getTrigger: (id: string, options?: CallOptions) =>
    request<Trigger>({ method: "GET", path: `triggers/${encodeURIComponent(id)}`, ...options }),
  /** What a function makes of some records, called as a stream would. */
  invokeFunction: (id: string, body: { readonly records: readonly string[]; readonly fanOut?: boolean }, options?: CallOptions) =>
    request<{ readonly results: readonly TriedRecord[]; readonly durationMs: number }>({ method: "POST", path: `functions/${encodeURIComponent(id)}/invoke`, body, ...options }),
  /** Each stream under each rule and how it stands, who is told and what waits for them. */
  listAlarms: (options?: CallOptions) =>
    request<{ readonly alarms: readonly Alarm[]; readonly targets: readonly AlarmTarget[] }>({ method: "GET", path: `alarms`, ...options }),
  /** Crawlers of the catalog in name order: what each looks at, its last crawl, when the next one begins. */
  listCrawlers: (options?: CallOptions) =>
    request<{ readonly crawlers: readonly Crawler[] }>({ method: "GET", path: `crawlers`, ...options }),
  /** Crawls under way and the last ones before, oldest first, without their reports. */
  listCrawls: (options?: CallOptions) =>
    request<{ readonly crawls: readonly Crawl[] }>({ method: "GET", path: `crawls`, ...options }),
  /** Databases in name order, each with the number of its tables. */
  listDatabases: (options?: CallOptions) =>
    request<{ readonly databases: readonly Database[] }>({ method: "GET", path: `databases`, ...options }),
  /** The newest error records of a delivery, and how many there are of each kind. */
  listErrors: (name: string, query: { delivery?: string; limit?: number } = {}, options?: CallOptions) =>
    request<ErrorSample>({ method: "GET", path: `streams/${encodeURIComponent(name)}/errors${queryText(query)}`, ...options }),
  /** Functions that can be called: those of the configuration, then those of the data folder, with the streams that call them. */
  listFunctions: (options?: CallOptions) =>
    request<{ readonly functions: readonly FunctionSummary[] }>({ method: "GET", path: `functions`, ...options }),
  /** Runs of a job that are queued and under way and the last ones before, newest first. */
  listJobRuns: (id: string, options?: CallOptions) =>
    request<{ readonly runs: readonly JobRun[] }>({ method: "GET", path: `jobs/${encodeURIComponent(id)}/runs`, ...options }),
  /** Jobs in name order, each with its definition and the newest of its runs. */
  listJobs: (options?: CallOptions) =>
    request<{ readonly jobs: readonly Job[] }>({ method: "GET", path: `jobs`, ...options }),
  /** The first partitions of a table by their values; `total` counts all that the filter keeps. */
  listPartitions: (id: string, query: { filter?: string; limit?: number } = {}, options?: CallOptions) =>
    request<{ readonly keys: readonly { readonly name: string; readonly type: string }[]; readonly total: number; readonly partitions: readonly { readonly values: readonly string[]; readonly location?: string; readonly createdAt: number }[] }>({ method: "GET", path: `tables/${encodeURIComponent(id)}/partitions${queryText(query)}`, ...options }),
  /** Queries, newest first, with those that have ended lately. */
  listQueries: (options?: CallOptions) =>
    request<{ readonly queries: readonly Query[] }>({ method: "GET", path: `queries`, ...options }),
  /** Names of the functions that statements may call, in order. */
  listQueryFunctions: (options?: CallOptions) =>
    request<{ readonly functions: readonly string[] }>({ method: "GET", path: `query-functions`, ...options }),
  /** The newest records of the stream's log, oldest first, each with the beginning of what it holds. */
  listRecords: (name: string, query: { from?: number; limit?: number } = {}, options?: CallOptions) =>
    request<{ readonly records: readonly NewestRecord[]; readonly next: number; readonly skipped: number }>({ method: "GET", path: `streams/${encodeURIComponent(name)}/records${queryText(query)}`, ...options }),
  /** Redrives under way and the last ones before, oldest first per delivery. */
  listRedrives: (name: string, options?: CallOptions) =>
    request<{ readonly redrives: readonly RedriveStatus[] }>({ method: "GET", path: `streams/${encodeURIComponent(name)}/redrives`, ...options }),
  /** Replays that run and the last that have ended, oldest first. */
  listReplays: (name: string, options?: CallOptions) =>
    request<{ readonly replays: readonly ReplayStatus[] }>({ method: "GET", path: `streams/${encodeURIComponent(name)}/replays`, ...options }),
  /** Sources in name order: what each reads, how it stands, what it has counted. */
  listSources: (options?: CallOptions) =>
    request<{ readonly sources: readonly Source[] }>({ method: "GET", path: `sources`, ...options }),
  /** How every stream does; small enough to be asked every second. */
  listStreamHealth: (options?: CallOptions) =>
    request<StreamHealthList>({ method: "GET", path: `stream-health`, ...options }),
  /** All delivery streams in name order, with what their deliveries have to do. */
  listStreams: (options?: CallOptions) =>
    request<{ readonly streams: readonly Stream[] }>({ method: "GET", path: `streams`, ...options }),
  /** The first files of a table by their names, with counts of all, and of those that are too small. */
  listTableFiles: (id: string, query: { limit?: number } = {}, options?: CallOptions) =>
    request<TableListing>({ method: "GET", path: `tables/${encodeURIComponent(id)}/files${queryText(query)}`, ...options }),
  /** The newest versions of a table, newest first; `total` counts all that are kept. */
  listTableVersions: (id: string, options?: CallOptions) =>
    request<{ readonly total: number; readonly versions: readonly TableVersion[] }>({ method: "GET", path: `tables/${encodeURIComponent(id)}/versions`, ...options }),
  /** Tables of all databases in name order. */
  listTables: (options?: CallOptions) =>
    request<{ readonly tables: readonly TableSummary[] }>({ method: "GET", path: `tables`, ...options }),
  /** Triggers in name order: what each listens to and calls, how it stands. */
  listTriggers: (options?: CallOptions) =>
    request<{ readonly triggers: readonly Trigger[] }>({ method: "GET", path: `triggers`, ...options }),
  /** Has every delivery of the stream read no further, also across restarts; the log goes on taking records. */
  pauseStream: (name: string, options?: CallOptions) =>
    request<{ readonly paused: true }>({ method: "POST", path: `streams/${encodeURIComponent(name)}/pause`, ...options }),
  /** Replaces the stream's `lakehose:` section as a whole; tags go on winning over it. */
  putExtensions: (name: string, body: Readonly<Record<string, unknown>>, query: { version?: string } = {}, options?: CallOptions) =>
    request<Stream>({ method: "PUT", path: `streams/${encodeURIComponent(name)}/extensions${queryText(query)}`, body, ...options }),
  /** Creates a job or replaces its definition as a whole; a run that is under way goes on as it began. */
  putJob: (id: string, body: { readonly kind: string; readonly description?: string; readonly options?: Readonly<Record<string, unknown>>; readonly triggers?: readonly ({ readonly type: "after"; readonly jobs: readonly string[]; readonly match?: "all" | "any" } | { readonly type: "after-crawler"; readonly crawler: string } | { readonly type: "after-files"; readonly table: string; readonly count: number } | { readonly type: "day-complete"; readonly stream: string; readonly zone?: string } | { readonly type: "on-failure"; readonly job: string } | { readonly type: "schedule"; readonly cron: string; readonly zone?: string })[]; readonly retries?: number; readonly retryDelaySeconds?: number; readonly timeoutSeconds?: number; readonly overlap?: "queue" | "skip"; readonly enabled?: boolean }, options?: CallOptions) =>
    request<Job>({ method: "PUT", path: `jobs/${encodeURIComponent(id)}`, body, ...options }),
  /** Who changed what, newest first. */
  readAuditLog: (query: { limit?: number; before?: number; who?: string; subject?: string } = {}, options?: CallOptions) =>
    request<{ readonly entries: readonly AuditEntry[] }>({ method: "GET", path: `audit${queryText(query)}`, ...options }),
  /** The newest events of the stream's delivery logs, oldest first. */
  readDeliveryLog: (name: string, query: { logStream?: string; limit?: number } = {}, options?: CallOptions) =>
    request<{ readonly logStreams: readonly { readonly name: string; readonly events: readonly DeliveryLogEvent[] }[] }>({ method: "GET", path: `streams/${encodeURIComponent(name)}/log${queryText(query)}`, ...options }),
  /** Lines of a run's log from one on, each with its time. */
  readJobLog: (id: string, query: { from?: number } = {}, options?: CallOptions) =>
    request<{ readonly lines: readonly string[] }>({ method: "GET", path: `job-runs/${encodeURIComponent(id)}/log${queryText(query)}`, ...options }),
  /** What was measured, period by period; by default the last hour of all metrics of a stream. */
  readMetrics: (query: { stream?: string; metric?: string; namespace?: string; from?: string; to?: string; period?: number } = {}, options?: CallOptions) =>
    request<{ readonly from: string; readonly to: string; readonly period: number; readonly series: readonly MetricSeries[] }>({ method: "GET", path: `metrics${queryText(query)}`, ...options }),
  /** Rows of a query, each a list of values in the order of the columns; `next` is the page after this one. */
  readQueryRows: (id: string, query: { from?: number; limit?: number } = {}, options?: CallOptions) =>
    request<{ readonly rows: readonly (readonly unknown[])[]; readonly next?: number }>({ method: "GET", path: `queries/${encodeURIComponent(id)}/rows${queryText(query)}`, ...options }),
  /** Puts error records of one delivery back through it; the job goes on by itself. */
  redriveStream: (name: string, body: { readonly delivery?: string; readonly prefix?: string; readonly keys?: readonly string[]; readonly bucket?: string; readonly again?: boolean; readonly stage?: "processors" | "delivery" }, options?: CallOptions) =>
    request<RedriveStatus>({ method: "POST", path: `streams/${encodeURIComponent(name)}/redrive`, body, ...options }),
  /** Delivers a second time what the log still holds or the lake has; it goes on by itself. */
  replayStream: (name: string, body: { readonly delivery?: string; readonly fromOffset?: number; readonly toOffset?: number; readonly from?: number | string; readonly to?: number | string; readonly objects?: { readonly prefix: string; readonly bucket?: string; readonly stage?: "processors" | "delivery" }; readonly into?: { readonly bucket?: string; readonly prefix?: string } }, options?: CallOptions) =>
    request<ReplayStatus>({ method: "POST", path: `streams/${encodeURIComponent(name)}/replays`, body, ...options }),
  /** Has the deliveries of a paused stream read on. */
  resumeStream: (name: string, options?: CallOptions) =>
    request<{ readonly paused: false }>({ method: "POST", path: `streams/${encodeURIComponent(name)}/resume`, ...options }),
  /** Makes tables of files that somebody else wrote; the crawl goes on by itself. */
  startCrawl: (body: { readonly locations: readonly string[]; readonly database: string; readonly tablePrefix?: string; readonly grouping?: "folders" | "location"; readonly csvHeader?: "detect" | "present" | "absent"; readonly update?: "update" | "log"; readonly delete?: "deprecate" | "log" | "delete" }, options?: CallOptions) =>
    request<Crawl>({ method: "POST", path: `crawls`, body, ...options }),
  /** Begins a crawl of a crawler of the catalog, which goes on by itself. */
  startCrawler: (id: string, options?: CallOptions) =>
    request<Crawl>({ method: "POST", path: `crawlers/${encodeURIComponent(id)}/crawls`, ...options }),
  /** Sends made-up records to the stream, at a rate and for a time; what was being sent before ends. */
  startDemoData: (name: string, body: { readonly generator: string; readonly perSecond: number; readonly seconds: number; readonly badShare?: number }, options?: CallOptions) =>
    request<DemoDataStatus>({ method: "POST", path: `streams/${encodeURIComponent(name)}/demo-data`, body, ...options }),
  /** Asks for a run, which begins when its turn comes; `at` and `day` say what it is for. */
  startJobRun: (id: string, query: { at?: string; day?: string } = {}, options?: CallOptions) =>
    request<JobRun>({ method: "POST", path: `jobs/${encodeURIComponent(id)}/runs${queryText(query)}`, ...options }),
  /** Hands in a statement, which goes on by itself; with `fresh` rows count that have not landed yet. */
  startQuery: (body: { readonly sql: string; readonly database?: string; readonly fresh?: boolean }, options?: CallOptions) =>
    request<Query>({ method: "POST", path: `queries`, body, ...options }),
  /** Ends what is being sent to the stream. */
  stopDemoData: (name: string, options?: CallOptions) =>
    request<{ readonly sending?: DemoDataStatus }>({ method: "DELETE", path: `streams/${encodeURIComponent(name)}/demo-data`, ...options }),
  /** Changes a live stream by the members of UpdateDestination and a `lakehose` section, or only says what it would be. */
  updateStream: (name: string, body: Readonly<Record<string, unknown>>, query: { version?: string; check?: "true" | "false" } = {}, options?: CallOptions) =>
    request<{ readonly updated: boolean; readonly version: string; readonly destination: Readonly<Record<string, unknown>>; readonly extensions: Readonly<Record<string, unknown>> }>({ method: "PUT", path: `streams/${encodeURIComponent(name)}/definition${queryText(query)}`, body, ...options }),
};

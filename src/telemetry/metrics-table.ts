/**
 * Every metric that Lakehose exposes, each with the name that Amazon Data Firehose gives to the same thing in CloudWatch
 * where it has one. Names follow Prometheus: base units (seconds, bytes), counters end in `_total`.
 *
 * Counters count at the commit point and nowhere else: accepted records when their append is durable, delivered ones when
 * their receipt is. They start at zero with the process; the `lakehose_delivery_records` gauges do not, because they read
 * the journaled counters.
 */
export interface Metric {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** Name in the namespace `AWS/Firehose`, with the labels that select it. */
  readonly aws?: string;
}

/** From a warm page cache (0.2 ms, measured) to a disk in trouble. */
const SYNC_SECONDS = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const REQUEST_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
/** Around the buffering hints people use: seconds to the 15 minutes of AWS, then hours to a day. */
const FRESHNESS_SECONDS = [1, 5, 15, 60, 120, 300, 600, 900, 1800, 3600, 21_600, 86_400];

/** From a small table to the half hour that a query may take. */
const QUERY_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
/** From a small statement to the export of a large table. */
const JOB_SECONDS = [0.1, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400];

const STREAM = ["stream"] as const;
const FUNCTION = ["stream", "function"] as const;
const SOURCE = ["source", "kind", "stream"] as const;
const TRIGGER = ["trigger", "kind"] as const;
const DELIVERY = ["stream", "delivery", "kind"] as const;

export const METRICS = {
  apiRequests: counter(
    "lakehose_api_requests_total",
    "Calls answered.",
    ["protocol", "operation", "status"],
    "<Operation>.Requests",
  ),
  apiRequestBytes: counter(
    "lakehose_api_request_bytes_total",
    "Body bytes of calls answered.",
    ["protocol", "operation"],
    "PutRecord.Bytes, PutRecordBatch.Bytes",
  ),
  apiRequestSeconds: histogram(
    "lakehose_api_request_duration_seconds",
    "From the first byte of a call to the end of its answer.",
    ["protocol", "operation"],
    REQUEST_SECONDS,
    "<Operation>.Latency",
  ),
  apiErrors: counter("lakehose_api_errors_total", "Calls answered with an error.", ["protocol", "operation", "code"]),

  incomingPutRequests: counter(
    "lakehose_incoming_put_requests_total",
    "Calls of which records were accepted.",
    ["stream", "call"],
    "IncomingPutRequests",
  ),
  incomingRecords: counter(
    "lakehose_incoming_records_total",
    "Records accepted: durable in the log.",
    STREAM,
    "IncomingRecords",
  ),
  incomingBytes: counter("lakehose_incoming_bytes_total", "Bytes of records accepted.", STREAM, "IncomingBytes"),
  throttledRecords: counter(
    "lakehose_throttled_records_total",
    "Records refused, to be sent again.",
    ["stream", "reason"],
    "ThrottledRecords",
  ),
  repeatedRecords: counter(
    "lakehose_repeated_records_total",
    "Records of retries that were answered from the first call.",
    STREAM,
  ),

  functionBatches: counter(
    "lakehose_function_batches_total",
    "Batches that a function answered (success) or did not, after all attempts.",
    [...FUNCTION, "success"],
    "ExecuteProcessing.Success",
  ),
  functionSeconds: histogram(
    "lakehose_function_batch_duration_seconds",
    "One batch with its function, all attempts and the waits between them.",
    FUNCTION,
    REQUEST_SECONDS,
    "ExecuteProcessing.Duration",
  ),
  transformedRecords: counter(
    "lakehose_function_transformed_records_total",
    "Records that a function answered with Ok.",
    FUNCTION,
    "SucceedProcessing.Records",
  ),
  transformedBytes: counter(
    "lakehose_function_transformed_bytes_total",
    "Bytes that a function answered with Ok.",
    FUNCTION,
    "SucceedProcessing.Bytes",
  ),

  logAppends: counter("lakehose_log_appends_total", "Appends made durable.", STREAM),
  logSyncs: histogram(
    "lakehose_log_sync_seconds",
    "One fdatasync of the log, shared by a group.",
    STREAM,
    SYNC_SECONDS,
  ),
  logSyncFailures: counter("lakehose_log_sync_failures_total", "Failed fdatasyncs; each closes its file.", STREAM),
  logSegmentsOpened: counter("lakehose_log_segments_opened_total", "Segment files taken into use.", STREAM),
  logSegmentsReleased: counter("lakehose_log_segments_released_total", "Segment files let go.", STREAM),
  logTailBytesCut: counter("lakehose_log_tail_cut_bytes_total", "Unacknowledged bytes cut at recovery.", STREAM),

  deliveredRecords: counter(
    "lakehose_delivered_records_total",
    "Records whose receipt is durable.",
    DELIVERY,
    'DeliveryToS3.Records (kind="primary"), BackupToS3.Records (kind="backup"), and their like',
  ),
  deliveredBytes: counter(
    "lakehose_delivered_bytes_total",
    "Bytes of those records as the producers sent them.",
    DELIVERY,
    'DeliveryToS3.Bytes (kind="primary"), BackupToS3.Bytes (kind="backup"), and their like',
  ),
  deliveredObjects: counter(
    "lakehose_delivered_objects_total",
    "Objects delivered, by what made them roll.",
    [...DELIVERY, "cause"],
    "DeliveryToS3.ObjectCount",
  ),
  deliveredObjectBytes: counter("lakehose_delivered_object_bytes_total", "Bytes of those objects.", DELIVERY),
  adoptedObjects: counter(
    "lakehose_adopted_objects_total",
    "Objects found at the target after a doubtful answer, and recognised as ours.",
    DELIVERY,
  ),
  erroredRecords: counter(
    "lakehose_errored_records_total",
    "Rejected records whose error record has landed.",
    DELIVERY,
  ),
  freshness: histogram(
    "lakehose_delivery_freshness_seconds",
    "Age of the oldest record of an object when its receipt was durable.",
    DELIVERY,
    FRESHNESS_SECONDS,
  ),
  sentRecords: counter(
    "lakehose_delivery_sent_records_total",
    "Records in requests to targets that take them one by one; those that come again count again.",
    ["stream", "delivery"],
    "DeliveryToHttpEndpoint.ProcessedRecords",
  ),
  sentBytes: counter(
    "lakehose_delivery_sent_bytes_total",
    "Bytes of those records.",
    ["stream", "delivery"],
    "DeliveryToHttpEndpoint.ProcessedBytes",
  ),
  acknowledgementSeconds: histogram(
    "lakehose_delivery_acknowledgement_seconds",
    "From a request to the acknowledgement that the target has indexed it.",
    ["stream", "delivery"],
    FRESHNESS_SECONDS,
    "DeliveryToSplunk.DataAckLatency",
  ),
  deliveryAttempts: counter(
    "lakehose_delivery_attempts_total",
    'Attempts by outcome: "delivered" or "failed".',
    ["stream", "delivery", "outcome"],
    "DeliveryToS3.Success is delivered / (delivered + failed)",
  ),
  deliveryFailures: counter(
    "lakehose_delivery_failures_total",
    "Failed attempts by the code of AWS's delivery logs.",
    ["stream", "delivery", "code"],
    'KMSKeyAccessDenied, .AuthFailure, .DeliveryRejected and their like, as values of "code"',
  ),
  rejectedRecords: counter(
    "lakehose_rejected_records_total",
    "Records rejected on their way, by kind of error.",
    ["stream", "delivery", "error_type", "code"],
    'FailedConversion.Records (error_type="format-conversion-failed") and their like',
  ),
  droppedRecords: counter("lakehose_dropped_records_total", "Records that a processor dropped.", [
    "stream",
    "delivery",
  ]),
  cuts: counter("lakehose_delivery_cuts_total", "Cuts written to the journal.", ["stream", "delivery"]),
  alarms: counter("lakehose_alarms_total", "Things that a person has to look at.", ["stream", "delivery", "code"]),
  alarmTransitions: counter(
    "lakehose_alarm_transitions_total",
    "Alarms that went on (`alarm`) and that ended (`ok`).",
    ["rule", "stream", "state"],
  ),
  alarmNotificationFailures: counter(
    "lakehose_alarm_notification_failures_total",
    "Attempts to tell of an alarm that failed.",
    ["target"],
  ),
  storeFailures: counter("lakehose_store_failures_total", "Requests to object stores that failed.", [
    "store",
    "operation",
    "code",
  ]),

  functionCalls: counter(
    "lakehose_function_invocations_total",
    "Calls of functions, by what came of them: `answered`, or the code of the failure.",
    ["function", "outcome"],
    "Invocations, Errors, Throttles of AWS/Lambda",
  ),
  functionCallSeconds: histogram(
    "lakehose_function_duration_seconds",
    "From the call of a function to its reply, waits for a free process included.",
    ["function"],
    REQUEST_SECONDS,
    "Duration of AWS/Lambda",
  ),

  queries: counter(
    "lakehose_queries_total",
    "Statements of SQL that have ended, by kind and state: `succeeded`, `failed` or `cancelled`.",
    ["statement", "state"],
    "TotalExecutionTime of AWS/Athena, its sample count",
  ),
  querySeconds: histogram(
    "lakehose_query_duration_seconds",
    "From a statement's turn to its last row.",
    ["statement"],
    QUERY_SECONDS,
    "EngineExecutionTime of AWS/Athena",
  ),
  queryRows: counter("lakehose_query_rows_total", "Rows that statements answered or wrote.", ["statement"]),
  queryScannedBytes: counter(
    "lakehose_query_scanned_bytes_total",
    "Size of the files that statements read, as they are stored.",
    ["statement"],
    "ProcessedBytes of AWS/Athena",
  ),
  lifecycleObjects: counter(
    "lakehose_lifecycle_objects_total",
    "Objects that lifecycle rules expired or moved to another class, held back, or could not change.",
    ["bucket", "action"],
  ),
  lifecycleBytes: counter(
    "lakehose_lifecycle_bytes_total",
    "Bytes of objects that lifecycle rules expired or moved to another class.",
    ["bucket", "action"],
  ),

  sourceRecords: counter("lakehose_source_records_total", "Records of sources that are durable.", SOURCE),
  sourceBytes: counter("lakehose_source_bytes_total", "Bytes of these records.", SOURCE),
  sourceDuplicates: counter(
    "lakehose_source_duplicates_total",
    "Messages that an upstream handed over again and that were stored already.",
    SOURCE,
  ),
  sourceFailures: counter("lakehose_source_failures_total", "Times that a source could not read.", SOURCE),
  sourceHolds: counter(
    "lakehose_source_holds_total",
    "Times that a source had to wait for room in its stream.",
    SOURCE,
  ),
  sourceCounters: counter("lakehose_source_events_total", "What a kind of source counts beside: see its page.", [
    ...SOURCE,
    "counter",
  ]),
  sourceUp: gauge("lakehose_source_up", "1 while the source reads.", [...SOURCE, "state"]),
  sourceMeasure: gauge("lakehose_source_measure", "What a kind of source measures, unit last: see its page.", [
    ...SOURCE,
    "measure",
  ]),
  triggerFailures: counter("lakehose_trigger_failures_total", "Times that a trigger could not listen.", TRIGGER),
  triggerCalls: counter("lakehose_trigger_calls_total", "Calls of triggers, by how they ended.", [
    ...TRIGGER,
    "outcome",
  ]),
  triggerEvents: counter("lakehose_trigger_events_total", "Events in calls that did not fail.", TRIGGER),
  triggerGivenUp: counter("lakehose_trigger_given_up_total", "Events that were given up.", TRIGGER),
  triggerCallSeconds: histogram(
    "lakehose_trigger_call_duration_seconds",
    "From the call of a target to its answer.",
    TRIGGER,
    REQUEST_SECONDS,
  ),
  jobRuns: counter("lakehose_job_runs_total", "Attempts of jobs that have ended, by how.", ["job", "state"]),
  jobSeconds: histogram(
    "lakehose_job_run_duration_seconds",
    "From the start of an attempt to its end.",
    ["job"],
    JOB_SECONDS,
  ),
  jobSkips: counter("lakehose_job_skipped_total", "Occasions that found a run under way or queued.", ["job"]),

  logBytes: gauge("lakehose_log_bytes", "Bytes of log on disk.", STREAM),
  budgetBytes: gauge("lakehose_stream_budget_bytes", "Disk budget of the stream.", STREAM),
  pendingAppends: gauge("lakehose_log_pending_appends", "Appends that wait for their sync.", STREAM),
  unreadRecords: gauge("lakehose_delivery_unread_records", "Records accepted and not read by the delivery.", DELIVERY),
  holdLagRecords: gauge("lakehose_delivery_hold_lag_records", "Records from hold to the end of the log.", DELIVERY),
  holdAgeSeconds: gauge("lakehose_delivery_hold_age_seconds", "Since hold last moved; 0 when nothing waits.", DELIVERY),
  dataFreshness: gauge(
    "lakehose_delivery_data_freshness_seconds",
    "Age of the oldest record that is not delivered; 0 when nothing waits.",
    DELIVERY,
    "DeliveryToS3.DataFreshness, BackupToS3.DataFreshness, and their like",
  ),
  openAccumulators: gauge(
    "lakehose_delivery_open_accumulators",
    "Partition keys being gathered.",
    DELIVERY,
    "PartitionCount",
  ),
  openParcels: gauge("lakehose_delivery_open_parcels", "Parcels with an intent and no receipt.", DELIVERY),
  spilledBytes: gauge("lakehose_delivery_spilled_bytes", "Staging and encoded files on disk.", DELIVERY),
  deliveryUp: gauge("lakehose_delivery_state", "1 for the state that the delivery is in.", [...DELIVERY, "state"]),
  balance: gauge(
    "lakehose_delivery_records",
    "Journaled counters: accepted = delivered + errored + dropped + pending, where pending includes unread.",
    [...DELIVERY, "state"],
  ),
} as const satisfies Record<string, Metric>;

export type MetricId = keyof typeof METRICS;

function counter(name: string, help: string, labels: readonly string[], aws?: string): Metric {
  return { kind: "counter", name, help, labels, ...(aws !== undefined && { aws }) };
}

function gauge(name: string, help: string, labels: readonly string[], aws?: string): Metric {
  return { kind: "gauge", name, help, labels, ...(aws !== undefined && { aws }) };
}

function histogram(
  name: string,
  help: string,
  labels: readonly string[],
  buckets: readonly number[],
  aws?: string,
): Metric {
  return { kind: "histogram", name, help, labels, buckets, ...(aws !== undefined && { aws }) };
}

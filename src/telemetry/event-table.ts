import { ALARM_EVENT_TABLE } from "./alarm-event-table.ts";
import type { EventTable } from "./event-entry.ts";
import type { EventCatalogue } from "./events.ts";

type Fields<Name extends keyof EventCatalogue> = EventCatalogue[Name];
type Delivered = Fields<"delivery.parcelDelivered">;

const byStream = ({ stream }: { stream: string }) => ({ stream });
const byDelivery = ({ stream, delivery }: { stream: string; delivery: string }) => ({ stream, delivery });
const byFunction = (fields: { stream: string; function: string }) => ({
  stream: fields.stream,
  function: fields.function,
});
const byKind = ({ stream, delivery, kind }: Delivered) => ({ stream, delivery, kind });
const byOperation = ({ protocol, operation }: { protocol: string; operation: string }) => ({ protocol, operation });
const bySource = ({ source, kind, stream }: { source: string; kind: string; stream: string }) => ({
  source,
  kind,
  stream,
});
const byTrigger = ({ trigger, kind }: { trigger: string; kind: string }) => ({ trigger, kind });
const byStatement = ({ statement }: Fields<"query.ended">) => ({ statement });
const byAction = (action: string) => (fields: { bucket: string }) => ({ bucket: fields.bucket, action });
const data = ({ error }: Delivered) => !error;

export const EVENT_TABLE: EventTable = {
  ...ALARM_EVENT_TABLE,
  "server.ready": { summary: "The server takes requests.", level: "info", metrics: [] },
  "server.stopped": { summary: "The server has stopped and let go of its data folder.", level: "info", metrics: [] },
  "server.certificateRenewed": { summary: "New connections get the renewed certificate.", level: "info", metrics: [] },
  "server.certificateRefused": {
    summary: "A renewed certificate is broken; the one in use stays.",
    level: "error",
    metrics: [],
  },

  "access.signedIn": { summary: "Somebody signed in.", level: "info", metrics: [] },
  "access.signInFailed": { summary: "Somebody did not get in.", level: "warn", metrics: [] },
  "access.auditFailed": { summary: "A change is missing in the audit log.", level: "error", metrics: [] },
  "telemetry.historyFailed": { summary: "Samples of metrics could not be kept.", level: "warn", metrics: [] },

  "api.requestServed": {
    summary: "A call was answered.",
    level: "trace",
    metrics: [
      { metric: "apiRequests", labels: (f) => ({ ...byOperation(f), status: String(f.status) }) },
      { metric: "apiRequestBytes", labels: byOperation, value: (f) => f.bytes },
      { metric: "apiRequestSeconds", labels: byOperation, value: (f) => f.durationMs / 1000 },
    ],
  },
  "api.requestFailed": {
    summary: "A call was answered with an error.",
    level: "info",
    metrics: [{ metric: "apiErrors", labels: (f) => ({ ...byOperation(f), code: f.code }) }],
  },

  "stream.created": { summary: "A stream became ACTIVE.", level: "info", metrics: [] },
  "stream.updated": { summary: "A change of a stream is in force.", level: "info", metrics: [] },
  "stream.deleted": { summary: "A stream and its files are gone.", level: "info", metrics: [] },
  "stream.recordsAccepted": {
    summary: "Records of one call are durable in the log.",
    level: "trace",
    metrics: [
      { metric: "incomingPutRequests", labels: ({ stream, call }) => ({ stream, call }) },
      { metric: "incomingRecords", labels: byStream, value: (f) => f.records },
      { metric: "incomingBytes", labels: byStream, value: (f) => f.bytes },
    ],
  },
  "stream.recordsRefused": {
    summary: "Records of a call were refused; the producer sends them again.",
    level: "trace",
    metrics: [
      { metric: "throttledRecords", labels: ({ stream, reason }) => ({ stream, reason }), value: (f) => f.records },
    ],
  },
  "stream.retryAnswered": {
    summary: "A producer repeated a call and was given the first answer.",
    level: "trace",
    metrics: [{ metric: "repeatedRecords", labels: byStream, value: (f) => f.records }],
  },
  "stream.warned": { summary: "A stream does something that is seldom meant.", level: "warn", metrics: [] },

  "log.groupSynced": {
    summary: "Appends that shared one fdatasync are durable.",
    level: "trace",
    metrics: [
      { metric: "logAppends", labels: byStream, value: (f) => f.appends },
      { metric: "logSyncs", labels: byStream, value: (f) => f.syncMs / 1000 },
    ],
  },
  "log.syncFailed": {
    summary: "An fdatasync failed; the file takes nothing any more and a new one is opened.",
    level: "error",
    metrics: [{ metric: "logSyncFailures", labels: byStream }],
  },
  "log.segmentOpened": {
    summary: "A segment file was taken into use.",
    level: "trace",
    metrics: [{ metric: "logSegmentsOpened", labels: byStream }],
  },
  "log.segmentReleased": {
    summary: "A segment that nobody needs any more was let go.",
    level: "trace",
    metrics: [{ metric: "logSegmentsReleased", labels: byStream }],
  },
  "log.tailCut": {
    summary: "Recovery cut bytes that were never acknowledged.",
    level: "warn",
    metrics: [{ metric: "logTailBytesCut", labels: byStream, value: (f) => f.bytes }],
  },
  "log.sourceForgotten": {
    summary:
      "A stream has more parts of sources than are remembered; one that has been silent longest begins anew after a restart.",
    level: "warn",
    metrics: [],
  },
  "log.clockJumped": { summary: "The wall clock was set back or forward.", level: "warn", metrics: [] },
  "log.recovered": { summary: "A log was opened and is ready.", level: "info", metrics: [] },

  "processor.functionAnswered": {
    summary: "A function answered for a batch of records, or no attempt was left.",
    level: "trace",
    metrics: [
      { metric: "functionBatches", labels: (f) => ({ ...byFunction(f), success: String(f.success) }) },
      { metric: "functionSeconds", labels: byFunction, value: (f) => f.durationMs / 1000 },
    ],
  },
  "processor.recordsTransformed": {
    summary: "A function answered records with Ok.",
    level: "trace",
    metrics: [
      { metric: "transformedRecords", labels: byFunction, value: (f) => f.records },
      { metric: "transformedBytes", labels: byFunction, value: (f) => f.bytes },
    ],
  },

  "source.connected": { summary: "A source reads from its upstream.", level: "info", metrics: [] },
  "source.interrupted": {
    summary: "A source cannot read; it tries again after a wait that grows.",
    level: "warn",
    metrics: [{ metric: "sourceFailures", labels: bySource }],
  },
  "source.stopped": { summary: "A source has stopped.", level: "info", metrics: [] },
  "source.warned": {
    summary: "Something that a source has seen and a person should know.",
    level: "warn",
    metrics: [],
  },
  "source.held": {
    summary: "A source reads no further, because its stream has no room.",
    level: "warn",
    metrics: [{ metric: "sourceHolds", labels: bySource }],
  },
  "source.recordsAppended": {
    summary: "Records of a source are durable.",
    level: "trace",
    metrics: [
      { metric: "sourceRecords", labels: bySource, value: (f) => f.records },
      { metric: "sourceBytes", labels: bySource, value: (f) => f.bytes },
      { metric: "sourceDuplicates", labels: bySource, value: (f) => f.duplicates },
    ],
  },
  "source.counted": {
    summary: "A counter of the source's own.",
    level: "trace",
    metrics: [
      { metric: "sourceCounters", labels: (f) => ({ ...bySource(f), counter: f.counter }), value: (f) => f.by },
    ],
  },

  "trigger.connected": { summary: "A trigger listens.", level: "info", metrics: [] },
  "trigger.interrupted": {
    summary: "A trigger cannot listen; it tries again after a wait that grows.",
    level: "warn",
    metrics: [{ metric: "triggerFailures", labels: byTrigger }],
  },
  "trigger.stopped": { summary: "A trigger has stopped.", level: "info", metrics: [] },
  "trigger.warned": {
    summary: "Something that a trigger has seen and a person should know.",
    level: "warn",
    metrics: [],
  },
  "trigger.called": {
    summary: "A trigger has called its target with events.",
    level: "trace",
    metrics: [
      { metric: "triggerCalls", labels: (f) => ({ ...byTrigger(f), outcome: f.failed ? "failed" : "taken" }) },
      { metric: "triggerEvents", labels: byTrigger, value: (f) => f.events, when: (f) => !f.failed },
      { metric: "triggerCallSeconds", labels: byTrigger, value: (f) => f.durationMs / 1000 },
    ],
  },
  "trigger.gaveUp": {
    summary: "Events were tried as often as the trigger says, and given up.",
    level: "error",
    metrics: [{ metric: "triggerGivenUp", labels: byTrigger, value: (f) => f.events }],
  },
  "trigger.eventsLost": {
    summary: "Events of objects were let go before all triggers had taken them, because too many waited.",
    level: "error",
    metrics: [],
  },

  "job.started": { summary: "A run of a job has begun.", level: "info", metrics: [] },
  "job.ended": {
    summary: "A run of a job has ended.",
    level: "info",
    metrics: [
      { metric: "jobRuns", labels: ({ job, state }) => ({ job, state }) },
      { metric: "jobSeconds", labels: ({ job }) => ({ job }), value: (f) => f.durationMs / 1000 },
    ],
  },
  "job.skipped": {
    summary: "A job was to run while a run of it was under way or queued; this occasion is let go.",
    level: "info",
    metrics: [{ metric: "jobSkips", labels: ({ job }) => ({ job }) }],
  },
  "job.refused": {
    summary: "A run that was asked for was refused, or what is due cannot be written down and is tried again.",
    level: "warn",
    metrics: [],
  },

  "delivery.started": { summary: "A delivery has recovered and runs.", level: "info", metrics: [] },
  "delivery.stopped": { summary: "A delivery has stopped.", level: "info", metrics: [] },
  "delivery.planApplied": { summary: "A change takes effect at a position.", level: "info", metrics: [] },
  "delivery.cutWritten": {
    summary: "A cut is durable in the journal.",
    level: "trace",
    metrics: [{ metric: "cuts", labels: byDelivery }],
  },
  "delivery.parcelDelivered": {
    summary: "A parcel's receipt is durable: the point at which delivery is counted.",
    level: "trace",
    metrics: [
      { metric: "deliveredRecords", labels: byKind, value: (f) => f.records, when: data },
      { metric: "deliveredBytes", labels: byKind, value: (f) => f.sourceBytes, when: data },
      { metric: "deliveredObjects", labels: (f) => ({ ...byKind(f), cause: f.cause }), when: data },
      { metric: "deliveredObjectBytes", labels: byKind, value: (f) => f.objectBytes, when: data },
      { metric: "freshness", labels: byKind, value: (f) => f.freshnessMs / 1000, when: data },
      { metric: "erroredRecords", labels: byKind, value: (f) => f.records, when: (f) => f.error },
      { metric: "adoptedObjects", labels: byKind, when: (f) => f.adopted },
      { metric: "deliveryAttempts", labels: (f) => ({ ...byDelivery(f), outcome: "delivered" }) },
    ],
  },
  "delivery.registrationFailed": {
    summary: "The catalog did not take objects that have landed; it is told again.",
    level: "warn",
    metrics: [],
  },
  "delivery.attemptFailed": {
    summary: "An attempt to deliver a parcel failed; it is tried again or rejected.",
    level: "warn",
    metrics: [
      { metric: "deliveryAttempts", labels: (f) => ({ ...byDelivery(f), outcome: "failed" }) },
      { metric: "deliveryFailures", labels: (f) => ({ ...byDelivery(f), code: f.code }) },
    ],
    deliveryLog: ({ stream, delivery, version, target, key, attempt, code, message }) => ({
      stream,
      delivery,
      version,
      destination: target,
      errorCode: code,
      message: `Attempt ${attempt} to deliver ${key} failed: ${message}`,
    }),
  },
  "delivery.requestSent": {
    summary: "A request with records goes to a target that takes them one by one; those that come again count again.",
    level: "trace",
    metrics: [
      { metric: "sentRecords", labels: byDelivery, value: (f) => f.records },
      { metric: "sentBytes", labels: byDelivery, value: (f) => f.bytes },
    ],
  },
  "delivery.acknowledged": {
    summary: "A target that acknowledges later has acknowledged a request.",
    level: "trace",
    metrics: [{ metric: "acknowledgementSeconds", labels: byDelivery, value: (f) => f.latencyMs / 1000 }],
  },
  "delivery.recordsRejected": {
    summary: "Records were rejected and go to the error output.",
    level: "warn",
    metrics: [
      {
        metric: "rejectedRecords",
        labels: (f) => ({ ...byDelivery(f), error_type: f.errorType, code: f.code }),
        value: (f) => f.records,
      },
    ],
    deliveryLog: ({ stream, delivery, errorType, code, records }) => ({
      stream,
      delivery,
      errorCode: code,
      message: `${records} records were rejected (${errorType}) and go to the error output.`,
    }),
  },
  "delivery.recordsDropped": {
    summary: "A processor dropped records, as it was told to.",
    level: "trace",
    metrics: [{ metric: "droppedRecords", labels: byDelivery, value: (f) => f.records }],
  },
  "delivery.dayCompleted": {
    summary: "All records before a wall-clock roll have landed; the day's _SUCCESS object is there.",
    level: "info",
    metrics: [],
  },
  "delivery.alarmed": {
    summary: "Something that no retry will mend; a person has to look.",
    level: "error",
    metrics: [{ metric: "alarms", labels: (f) => ({ ...byDelivery(f), code: f.code }) }],
    deliveryLog: ({ stream, delivery, code, message }) => ({ stream, delivery, errorCode: code, message }),
  },

  "function.processStarted": { summary: "A process of a function was started.", level: "info", metrics: [] },
  "function.processEnded": { summary: "A process of a function has ended.", level: "info", metrics: [] },
  "function.codeChanged": {
    summary: "The code of a function is another; calls go to it from now on.",
    level: "info",
    metrics: [],
  },
  "function.invoked": {
    summary: "A function answered a call.",
    level: "trace",
    metrics: [
      { metric: "functionCalls", labels: (f) => ({ function: f.function, outcome: "answered" }) },
      { metric: "functionCallSeconds", labels: (f) => ({ function: f.function }), value: (f) => f.durationMs / 1000 },
    ],
  },
  "function.invocationFailed": {
    summary: "A call of a function gave no reply.",
    level: "warn",
    metrics: [{ metric: "functionCalls", labels: (f) => ({ function: f.function, outcome: f.code }) }],
  },
  "function.outputWritten": { summary: "A function printed a line.", level: "info", metrics: [] },

  "catalog.partitionsRefused": {
    summary: "Objects have landed whose partitions their table will never take; `MSCK REPAIR TABLE` finds them later.",
    level: "error",
    metrics: [],
  },

  "catalog.changeUnsettled": {
    summary: "Old or abandoned files of a change could not be dealt with; it is tried again every half minute.",
    level: "warn",
    metrics: [],
  },

  "query.started": { summary: "A statement of SQL has its turn.", level: "trace", metrics: [] },
  "query.ended": {
    summary: "A statement of SQL has ended, in one way or another.",
    level: "info",
    metrics: [
      { metric: "queries", labels: ({ statement, state }) => ({ statement, state }) },
      { metric: "querySeconds", labels: byStatement, value: (f) => f.durationMs / 1000 },
      { metric: "queryRows", labels: byStatement, value: (f) => f.rows },
      { metric: "queryScannedBytes", labels: byStatement, value: (f) => f.scannedBytes },
    ],
  },
  "lifecycle.bucketSwept": {
    summary: "The lifecycle rules of a bucket were carried out.",
    level: "info",
    metrics: [
      { metric: "lifecycleObjects", labels: byAction("expired"), value: (f) => f.expired },
      { metric: "lifecycleObjects", labels: byAction("transitioned"), value: (f) => f.transitioned },
      { metric: "lifecycleObjects", labels: byAction("held"), value: (f) => f.held },
      { metric: "lifecycleObjects", labels: byAction("failed"), value: (f) => f.failed },
      { metric: "lifecycleBytes", labels: byAction("expired"), value: (f) => f.expiredBytes },
      { metric: "lifecycleBytes", labels: byAction("transitioned"), value: (f) => f.transitionedBytes },
    ],
  },
  "lifecycle.sweepFailed": {
    summary: "A bucket could not be listed for its lifecycle rules; it is tried again, and the next day.",
    level: "warn",
    metrics: [],
  },

  "storage.requestFailed": {
    summary: "An object store refused a request or did not answer.",
    level: "warn",
    metrics: [{ metric: "storeFailures", labels: ({ store, operation, code }) => ({ store, operation, code }) }],
  },
  "storage.probed": { summary: "What a bucket's store honours has been found out.", level: "info", metrics: [] },
};

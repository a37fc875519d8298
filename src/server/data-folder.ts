import { join } from "node:path";

/** What lies where in the data folder. `log/`, `deliveries/` and `meta/streams/` belong to the streams room. */
export function dataFolder(root: string) {
  return {
    root,
    /** Delivery logs for people (CloudWatchLoggingOptions). */
    logs: join(root, "logs"),
    /** What was measured, minute by minute. */
    metrics: join(root, "metrics"),
    /** The local lake: `buckets/BUCKET/KEY`. */
    buckets: join(root, "buckets"),
    /** Functions that the configuration does not name: `functions/NAME/`. */
    functions: join(root, "functions"),
    /** Objects on their way into the lake; on its file system and outside every bucket. */
    temporary: join(root, "temporary"),
    /** Parts of uploads to the local lake that are not complete; on its file system and outside every bucket. */
    uploads: join(root, "uploads"),
    /** What a file of the local lake cannot carry: metadata, encodings. */
    objectMetadata: join(root, "meta", "objects"),
    /** Files of queries: unpacked objects, results, what does not fit into memory. Emptied at the start. */
    query: join(root, "query"),
    /** Executions, work groups and saved queries of the Athena API. */
    executions: join(root, "meta", "queries"),
    /** Definitions and runs of jobs. */
    jobs: join(root, "meta", "jobs"),
    /** Files of runs that are under way, and what jobs can make again. */
    jobFiles: join(root, "jobs"),
    /** A certificate of our own making. */
    tls: join(root, "meta", "tls"),
    /** Changes of tables' files that are under way; the rest of the catalog is beside it. */
    tableChanges: join(root, "meta", "catalog", "changes"),
    /** How far triggers have come. */
    triggers: join(root, "meta", "triggers"),
    /** Objects that triggers are still to be told of. */
    objectEvents: join(root, "meta", "object-events"),
    /** Who is signed in. */
    sessions: join(root, "meta", "access", "sessions.json"),
    /** Who changed what. */
    audit: join(root, "meta", "audit"),
    /** States of alarms, and what is still to be told of them. */
    alarms: join(root, "meta", "alarms"),
    /** Which deliveries have started once. */
    started: join(root, "meta", "started"),
  };
}

export type DataFolder = ReturnType<typeof dataFolder>;

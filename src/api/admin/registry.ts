import { cancelCrawl } from "./cancel-crawl.ts";
import { cancelJobRun } from "./cancel-job-run.ts";
import { cancelQuery } from "./cancel-query.ts";
import { cancelRedrive } from "./cancel-redrive.ts";
import { cancelReplay } from "./cancel-replay.ts";
import { createStream } from "./create-stream.ts";
import { deleteJob } from "./delete-job.ts";
import { deleteStream } from "./delete-stream.ts";
import { downloadQuery } from "./download-query.ts";
import { dryRunStream } from "./dry-run-stream.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { flushStream } from "./flush-stream.ts";
import { getCrawl } from "./get-crawl.ts";
import { getDemoData } from "./get-demo-data.ts";
import { getFunction } from "./get-function.ts";
import { getJob } from "./get-job.ts";
import { getJobRun } from "./get-job-run.ts";
import { getOpenApi } from "./get-open-api.ts";
import { getQuery } from "./get-query.ts";
import { getSource } from "./get-source.ts";
import { getStream } from "./get-stream.ts";
import { getTable } from "./get-table.ts";
import { getTrigger } from "./get-trigger.ts";
import { invokeFunction } from "./invoke-function.ts";
import { listAlarms } from "./list-alarms.ts";
import { listCrawlers } from "./list-crawlers.ts";
import { listCrawls } from "./list-crawls.ts";
import { listDatabases } from "./list-databases.ts";
import { listErrors } from "./list-errors.ts";
import { listFunctions } from "./list-functions.ts";
import { listJobRuns } from "./list-job-runs.ts";
import { listJobs } from "./list-jobs.ts";
import { listPartitions } from "./list-partitions.ts";
import { listQueries } from "./list-queries.ts";
import { listQueryFunctions } from "./list-query-functions.ts";
import { listRecords } from "./list-records.ts";
import { listRedrives } from "./list-redrives.ts";
import { listReplays } from "./list-replays.ts";
import { listSources } from "./list-sources.ts";
import { listStreamHealth } from "./list-stream-health.ts";
import { listStreams } from "./list-streams.ts";
import { listTableFiles } from "./list-table-files.ts";
import { listTableVersions } from "./list-table-versions.ts";
import { listTables } from "./list-tables.ts";
import { listTriggers } from "./list-triggers.ts";
import { pauseStream } from "./pause-stream.ts";
import { putExtensions } from "./put-extensions.ts";
import { putJob } from "./put-job.ts";
import { readAuditLog } from "./read-audit-log.ts";
import { readDeliveryLog } from "./read-delivery-log.ts";
import { readJobLog } from "./read-job-log.ts";
import { readMetrics } from "./read-metrics.ts";
import { readQueryRows } from "./read-query-rows.ts";
import { redriveStream } from "./redrive-stream.ts";
import { replayStream } from "./replay-stream.ts";
import { resumeStream } from "./resume-stream.ts";
import { startCrawl } from "./start-crawl.ts";
import { startCrawler } from "./start-crawler.ts";
import { startDemoData } from "./start-demo-data.ts";
import { startJobRun } from "./start-job-run.ts";
import { startQuery } from "./start-query.ts";
import { stopDemoData } from "./stop-demo-data.ts";
import { updateStream } from "./update-stream.ts";

/** All that the admin API does. */
export function adminEndpoints(context: AdminContext): readonly Endpoint[] {
  const operations = [
    cancelCrawl(context),
    cancelJobRun(context),
    cancelQuery(context),
    cancelRedrive(context),
    cancelReplay(context),
    createStream(context),
    deleteJob(context),
    deleteStream(context),
    downloadQuery(context),
    dryRunStream(context),
    flushStream(context),
    getCrawl(context),
    getDemoData(context),
    getFunction(context),
    getJob(context),
    getJobRun(context),
    getQuery(context),
    getSource(context),
    getStream(context),
    getTable(context),
    getTrigger(context),
    invokeFunction(context),
    listAlarms(context),
    listCrawlers(context),
    listCrawls(context),
    listDatabases(context),
    listErrors(context),
    listFunctions(context),
    listJobRuns(context),
    listJobs(context),
    listPartitions(context),
    listQueries(context),
    listQueryFunctions(context),
    listRecords(context),
    listRedrives(context),
    listReplays(context),
    listSources(context),
    listStreamHealth(context),
    listStreams(context),
    listTableFiles(context),
    listTableVersions(context),
    listTables(context),
    listTriggers(context),
    pauseStream(context),
    putExtensions(context),
    putJob(context),
    readAuditLog(context),
    readDeliveryLog(context),
    readJobLog(context),
    readMetrics(context),
    readQueryRows(context),
    redriveStream(context),
    replayStream(context),
    resumeStream(context),
    startCrawl(context),
    startCrawler(context),
    startDemoData(context),
    startJobRun(context),
    startQuery(context),
    stopDemoData(context),
    updateStream(context),
  ];
  return [...operations, getOpenApi(operations)];
}

import { cancelCrawl } from "./cancel-crawl.ts";
import { cancelRedrive } from "./cancel-redrive.ts";
import { cancelReplay } from "./cancel-replay.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { flushStream } from "./flush-stream.ts";
import { getCrawl } from "./get-crawl.ts";
import { getStream } from "./get-stream.ts";
import { getTable } from "./get-table.ts";
import { listCrawls } from "./list-crawls.ts";
import { listPartitions } from "./list-partitions.ts";
import { listRedrives } from "./list-redrives.ts";
import { listReplays } from "./list-replays.ts";
import { listStreams } from "./list-streams.ts";
import { listTables } from "./list-tables.ts";
import { putExtensions } from "./put-extensions.ts";
import { readDeliveryLog } from "./read-delivery-log.ts";
import { redriveStream } from "./redrive-stream.ts";
import { replayStream } from "./replay-stream.ts";
import { startCrawl } from "./start-crawl.ts";

/** All that the admin API does. */
export function adminEndpoints(context: AdminContext): readonly Endpoint[] {
  return [
    cancelCrawl(context),
    cancelRedrive(context),
    cancelReplay(context),
    flushStream(context),
    getCrawl(context),
    getStream(context),
    getTable(context),
    listCrawls(context),
    listPartitions(context),
    listRedrives(context),
    listReplays(context),
    listStreams(context),
    listTables(context),
    putExtensions(context),
    readDeliveryLog(context),
    redriveStream(context),
    replayStream(context),
    startCrawl(context),
  ];
}

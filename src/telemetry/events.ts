import type { AccessEvents } from "./events/access-events.ts";
import type { AlarmEvents } from "./events/alarm-events.ts";
import type { ApiEvents } from "./events/api-events.ts";
import type { CatalogEvents } from "./events/catalog-events.ts";
import type { DeliveryEvents } from "./events/delivery-events.ts";
import type { FunctionEvents } from "./events/function-events.ts";
import type { JobEvents } from "./events/job-events.ts";
import type { LifecycleEvents } from "./events/lifecycle-events.ts";
import type { LogEvents } from "./events/log-events.ts";
import type { ProcessorEvents } from "./events/processor-events.ts";
import type { QueryEvents } from "./events/query-events.ts";
import type { ServerEvents } from "./events/server-events.ts";
import type { SourceEvents } from "./events/source-events.ts";
import type { StorageEvents } from "./events/storage-events.ts";
import type { StreamEvents } from "./events/stream-events.ts";
import type { TelemetryEvents } from "./events/telemetry-events.ts";
import type { TriggerEvents } from "./events/trigger-events.ts";

/** Every event that Lakehose can emit: area, noun, past-tense verb. Units stand last in field names. */
export interface EventCatalogue
  extends AccessEvents,
    AlarmEvents,
    ApiEvents,
    CatalogEvents,
    DeliveryEvents,
    FunctionEvents,
    JobEvents,
    LifecycleEvents,
    LogEvents,
    ProcessorEvents,
    QueryEvents,
    ServerEvents,
    SourceEvents,
    StorageEvents,
    StreamEvents,
    TelemetryEvents,
    TriggerEvents {}

import { fileURLToPath } from "node:url";
import type { Alarms } from "../alarms/alarms.ts";
import { ADMIN_SERVICE, adminRoute } from "../api/admin/admin-route.ts";
import type { AdminContext, DemoData } from "../api/admin/endpoint.ts";
import type { FunctionDesk } from "../api/admin/function-desk.ts";
import { consoleRoute } from "../api/console/console-route.ts";
import type { ControlContext } from "../api/firehose/control-context.ts";
import { requestBytesMax } from "../api/firehose/put/put-limits.ts";
import { putRecord } from "../api/firehose/put-record.ts";
import { putRecordBatch } from "../api/firehose/put-record-batch.ts";
import { receiveEventsRoute } from "../api/http/cloud-events/receive-events.ts";
import { receiveDeliveryRoute } from "../api/http/firehose/receive-delivery.ts";
import { receiveHookRoute } from "../api/http/hooks/receive-hook.ts";
import { putRecordsRoute } from "../api/http/put-records.ts";
import { AuditTrail } from "../api/protocol/audit-trail.ts";
import { type AccessKey, Authenticator } from "../api/protocol/authenticator.ts";
import type { Route } from "../api/protocol/http.ts";
import { jsonProtocol } from "../api/protocol/json-protocol.ts";
import { queryProtocol } from "../api/protocol/query-protocol.ts";
import type { AnnounceObject } from "../api/s3/s3-call.ts";
import { s3Routes } from "../api/s3/s3-route.ts";
import { SessionDoor } from "../api/session/session-door.ts";
import { sessionRoute } from "../api/session/session-route.ts";
import { BATCH_RECORDS_MAX } from "../model/limits.ts";
import type { Sources } from "../sources/sources.ts";
import { nodeDisk } from "../std/node-disk.ts";
import type { TelemetryService } from "../telemetry/create-telemetry.ts";
import type { MetricHistory } from "../telemetry/history/metric-history.ts";
import type { Triggers } from "../triggers/triggers.ts";
import { describeSubject } from "./audited-subjects.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import { hasPeople } from "./configuration/sign-in-section.ts";
import { HttpServer } from "./http-server.ts";
import type { Access } from "./open-access.ts";
import type { Lake } from "./open-lake.ts";
import { probeRoutes } from "./probes.ts";
import { servicesOnDemand } from "./services-on-demand.ts";
import type { Stores } from "./stores.ts";
import { readCertificate, selfSignedCertificate, watchCertificate } from "./tls.ts";

export interface ListenerOptions {
  readonly configuration: Configuration;
  readonly context: ControlContext;
  readonly access: Access;
  readonly lake: Lake;
  readonly sources: Sources;
  readonly triggers: Triggers;
  /** Told of objects that come through the S3 door. */
  readonly announce: AnnounceObject;
  readonly stores: Pick<Stores, "lake" | "endpointOf" | "storeFor">;
  readonly telemetry: TelemetryService;
  readonly history: MetricHistory;
  readonly alarms: Alarms;
  readonly demoData: DemoData;
  readonly dryRun: AdminContext["dryRun"];
  readonly functions: FunctionDesk;
  /** Why requests would fail now; read at each `/readyz`. */
  readonly unready: readonly string[];
  /** What functions call this server with; absent while no keys are asked for. */
  readonly functionsKey?: AccessKey;
  /** Where a certificate of our own making is kept. */
  readonly tlsDirectory: string;
}

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** What clients have to trust when the server made its own certificate. */
  readonly caFile?: string;
  close(graceMs: number): Promise<void>;
}

/** What `scripts/console` builds; the same place in a checkout and in the package. */
const CONSOLE = fileURLToPath(new URL("../../console/dist", import.meta.url));

/** The one port with everything that answers on it. Resolves once it takes requests. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { configuration, context, telemetry } = options;
  const { host, tls, limits } = configuration;
  const certificate = await certificateOf(options);
  const { routes, open } = routesOf(options);
  const http = new HttpServer({
    host,
    port: configuration.port,
    routes,
    clock: context.clock,
    telemetry,
    open,
    requestBytesMax: requestBytesMax(limits),
    bodyBytesMax: limits.inFlightBytes,
    ...(certificate !== undefined && { tls: { cert: certificate.cert, key: certificate.key } }),
  });
  const port = await http.listen();
  const closing = new AbortController();
  const watching = tls !== undefined && "key" in tls ? watch(options, tls, http, closing.signal) : Promise.resolve();
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return {
    port,
    url: `${tls === undefined ? "http" : "https"}://${name}:${port}`,
    ...(certificate?.caFile !== undefined && { caFile: certificate.caFile }),
    close: async (graceMs) => {
      closing.abort();
      await watching;
      await http.close(graceMs);
    },
  };
}

function routesOf(options: ListenerOptions) {
  const {
    configuration,
    context,
    stores,
    sources,
    triggers,
    announce,
    telemetry,
    history,
    alarms,
    demoData,
    dryRun,
    functions,
    unready,
    functionsKey,
  } = options;
  const keys = [...configuration.accessKeys, ...(functionsKey === undefined ? [] : [functionsKey])];
  const { tokens, accountId, unsignedPayload, limits } = configuration;
  const { streams, clock } = context;
  const people = hasPeople(configuration.signIn);
  const authenticator = new Authenticator({ clock, keys, tokens, people, accountId, unsignedPayload });
  const putLimits = { recordBytes: limits.recordBytes, batchBytes: limits.batchBytes, batchRecords: BATCH_RECORDS_MAX };
  const put = { streams, limits: putLimits };
  const rooms = { ...options.lake, partitions: options.lake.catalog.partitions, streams, clock };
  const { signIn, auditLog } = options.access;
  const storeFor = (bucket: string) => stores.storeFor(bucket);
  const desks = { demoData, dryRun, functions };
  const admin = { sources, triggers, history, alarms, ...desks, deliveryLog: telemetry.deliveryLog, audit: auditLog };
  const services = servicesOnDemand({ ...context, ...rooms, ...admin, storeFor });
  const describe = describeSubject({ ...options.lake, streams });
  const audit = new AuditTrail({ log: auditLog, describe, telemetry });
  const shared = { authenticator, telemetry, clock, audit };
  const own = { secure: configuration.tls !== undefined, publicOrigin: configuration.signIn.publicOrigin };
  const door = new SessionDoor(signIn.sessions, authenticator, own);
  const { lake, endpointOf } = stores;
  const s3 = s3Routes({ ...shared, lake, endpointOf, announce, lifecycle: options.lake.lifecycle });
  const routes: readonly Route[] = [
    jsonProtocol({ ...shared, operations: [putRecord(put), putRecordBatch(put)], services: services.json }),
    s3.signed,
    queryProtocol({ ...shared, operations: services.query }),
    putRecordsRoute({ ...shared, ...put }),
    receiveDeliveryRoute({ ...shared, ...put }),
    receiveEventsRoute({ ...shared, ...put }),
    receiveHookRoute({ ...shared, ...put, hooks: configuration.hooks }),
    sessionRoute({ ...shared, signIn, door, own }),
    adminRoute({
      ...shared,
      own,
      authenticate: (head) => door.authenticate(head, ADMIN_SERVICE),
      endpoints: services.admin,
    }),
    ...probeRoutes({ authenticator, unready: () => unready, metrics: () => telemetry.metrics() }),
    consoleRoute({ disk: nodeDisk, directory: CONSOLE }),
    s3.unsigned,
  ];
  return { routes, open: authenticator.open };
}

interface ServedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly caFile?: string;
}

async function certificateOf(options: ListenerOptions): Promise<ServedCertificate | undefined> {
  const { tls } = options.configuration;
  if (tls === undefined) return undefined;
  if ("key" in tls) return readCertificate({ certFile: tls.certificate, keyFile: tls.key });
  return selfSignedCertificate(options.tlsDirectory, tls.names, options.context.clock);
}

function watch(
  { context, telemetry }: ListenerOptions,
  { certificate: file, key }: { readonly certificate: string; readonly key: string },
  http: HttpServer,
  signal: AbortSignal,
): Promise<void> {
  return watchCertificate({ certFile: file, keyFile: key }, context.clock, signal, {
    onRenewed: (renewed) => {
      http.replaceCertificate({ cert: renewed.cert, key: renewed.key });
      telemetry.emit("server.certificateRenewed", { file });
    },
    onRefused: (reason) => telemetry.emit("server.certificateRefused", { file, reason }),
  });
}

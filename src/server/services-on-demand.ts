import type { AdminContext, Endpoint } from "../api/admin/endpoint.ts";
import type { AthenaContext } from "../api/athena/athena-context.ts";
import type { GlueContext } from "../api/glue/glue-context.ts";
import type { Operation } from "../api/protocol/operation.ts";
import type { QueryOperation } from "../api/protocol/query-protocol.ts";

export interface ServicesOnDemand {
  /** By what targets have before the dot. */
  readonly json: Readonly<Record<string, () => Promise<readonly Operation[]>>>;
  readonly query: () => Promise<readonly QueryOperation[]>;
  readonly admin: () => Promise<readonly Endpoint[]>;
}

/**
 * What stands behind the door and is loaded with the first call: most servers take records all day and are never asked for
 * a table. Each of these is dozens of small files, together 5 MiB of an idle server (measured).
 */
export function servicesOnDemand(rooms: AdminContext & GlueContext & AthenaContext): ServicesOnDemand {
  const cloudWatch = async () =>
    (await import("../api/cloudwatch/cloudwatch-operations.ts")).cloudWatchOperations(rooms);
  return {
    json: {
      AWSGlue: async () => (await import("../api/glue/glue-operations.ts")).glueOperations(rooms),
      AmazonAthena: async () => (await import("../api/athena/athena-operations.ts")).athenaOperations(rooms),
      Firehose_20150804: async () => (await import("../api/firehose/control-plane.ts")).controlPlane(rooms),
      GraniteServiceVersion20100801: async () => (await cloudWatch()).json,
    },
    query: async () => {
      const { getCallerIdentity } = await import("../api/sts/get-caller-identity.ts");
      return [getCallerIdentity, ...(await cloudWatch()).query];
    },
    admin: async () => (await import("../api/admin/registry.ts")).adminEndpoints(rooms),
  };
}

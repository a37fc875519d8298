import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A schema as the registry's REST API tells it. */
export interface StandInSchema {
  readonly schema: string;
  readonly schemaType?: "AVRO" | "PROTOBUF" | "JSON";
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

/**
 * Not a schema registry but a stand-in that answers its two questions (a schema by its id, one by subject and version) from a
 * list; there is no registry among the packages that the tests may install.
 */
export interface StandInSchemaRegistry {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** By id, or by `SUBJECT/VERSION`. */
  readonly schemas: Map<number | string, StandInSchema>;
  /** `user:password` that it asks for. */
  credentials: string | undefined;
  /** While it is `false` every question is answered 503. */
  available: boolean;
  close(): Promise<void>;
}

export async function startStandInSchemaRegistry(): Promise<StandInSchemaRegistry> {
  const schemas = new Map<number | string, StandInSchema>();
  const asked: string[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    asked.push(url);
    const { credentials, available } = registry;
    const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (!available) return answer(503, { message: "not now" });
    if (wanted !== undefined && headers.authorization !== wanted) return answer(401, { message: "who are you?" });
    const [, id] = /^\/schemas\/ids\/(\d+)$/.exec(url) ?? [];
    const [, subject, version] = /^\/subjects\/([^/]+)\/versions\/(\d+)$/.exec(url) ?? [];
    const found = schemas.get(id === undefined ? `${decodeURIComponent(subject ?? "")}/${version}` : Number(id));
    return found === undefined ? answer(404, { error_code: 40403 }) : answer(200, found);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const registry: StandInSchemaRegistry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    schemas,
    credentials: undefined,
    available: true,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return registry;
}

import { FirehoseClient } from "@aws-sdk/client-firehose";
import type { Command } from "commander";
import type { JsonValue } from "../std/json.ts";
import type { CliContext } from "./cli-context.ts";
import { CliError } from "./cli-error.ts";
import { DEFAULT_ENDPOINT, unreachable } from "./endpoint.ts";

/** Where the server of a command is, and how the command proves itself there. */
export interface Connection {
  readonly endpoint: string;
  readonly firehose: FirehoseClient;
  /** A call of the admin API; `path` begins with `/api/`. Throws `CliError` with the server's own words. */
  admin(method: string, path: string, body?: JsonValue): Promise<JsonValue>;
  close(): void;
}

export interface ConnectionOptions {
  readonly endpoint: string;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly token?: string | undefined;
  readonly region?: string | undefined;
}

/** `--endpoint`, `--token` and the usual AWS variables. A server without keys asks for none, so any do. */
export function connectionOf(command: Command, context: CliContext): Connection {
  const options = command.optsWithGlobals<{ endpoint?: string; token?: string }>();
  const { environment } = context;
  return connect({
    endpoint: options.endpoint ?? environment.LAKEHOSE_ENDPOINT ?? DEFAULT_ENDPOINT,
    token: options.token ?? environment.LAKEHOSE_TOKEN,
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION,
  });
}

export function connect(options: ConnectionOptions): Connection {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const firehose = new FirehoseClient({
    endpoint,
    region: options.region ?? "us-east-1",
    credentials: {
      accessKeyId: options.accessKeyId ?? "anonymous",
      secretAccessKey: options.secretAccessKey ?? "anonymous",
    },
  });
  return {
    endpoint,
    firehose,
    admin: (method, path, body) => callAdmin(endpoint, options.token, method, path, body),
    close: () => firehose.destroy(),
  };
}

async function callAdmin(
  endpoint: string,
  token: string | undefined,
  method: string,
  path: string,
  body: JsonValue | undefined,
): Promise<JsonValue> {
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(endpoint, error);
  });
  const text = await response.text();
  const answer: JsonValue = text === "" ? null : parseJson(text);
  if (response.ok) return answer;
  const message = typeof answer === "object" && answer !== null && !Array.isArray(answer) ? answer.message : text;
  throw new CliError(`${method} ${path}: ${response.status} ${String(message ?? text)}`);
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

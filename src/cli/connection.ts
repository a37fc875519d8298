import { FirehoseClient, type FirehoseClientConfig } from "@aws-sdk/client-firehose";
import type { Command } from "commander";
import { ADMIN_SERVICE } from "../api/admin/admin-route.ts";
import { DEFAULT_REGION } from "../api/protocol/caller.ts";
import { type Credentials, signRequest } from "../api/protocol/sigv4-sign.ts";
import { systemClock } from "../std/clock.ts";
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
  /** A call of an AWS protocol for which there is no client here. Throws `CliError` with the server's own words. */
  aws(service: string, target: string, body: JsonValue): Promise<JsonValue>;
  close(): void;
}

export interface ConnectionOptions {
  readonly endpoint: string;
  /** `profile` is read by the AWS client. Absent: calls are not signed, which a server without keys does not ask for. */
  readonly credentials?: Credentials | { readonly profile: string } | undefined;
  readonly token?: string | undefined;
  readonly region?: string | undefined;
}

/** `--endpoint`, `--token`, `--profile` and the usual AWS variables; where they are silent, what `configured` says. */
export function connectionOf(
  command: Command,
  context: CliContext,
  configured: { readonly endpoint?: string | undefined; readonly credentials?: Credentials | undefined } = {},
): Connection {
  const options = command.optsWithGlobals<{ endpoint?: string; token?: string; profile?: string }>();
  const { environment } = context;
  return connect({
    endpoint: options.endpoint ?? environment.LAKEHOSE_ENDPOINT ?? configured.endpoint ?? DEFAULT_ENDPOINT,
    token: options.token ?? environment.LAKEHOSE_TOKEN,
    credentials:
      options.profile === undefined
        ? (credentialsIn(environment) ?? configured.credentials)
        : { profile: options.profile },
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION,
  });
}

function credentialsIn(environment: CliContext["environment"]): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

export function connect({
  endpoint: given,
  credentials,
  token,
  region = DEFAULT_REGION,
}: ConnectionOptions): Connection {
  const endpoint = given.replace(/\/+$/, "");
  const firehose = new FirehoseClient({ endpoint, region, logger: NO_LOG, ...clientCredentials(credentials) });
  return {
    endpoint,
    firehose,
    admin: async (method, path, body) => {
      const url = new URL(`${endpoint}${path}`);
      const headers = body === undefined ? {} : { "content-type": "application/json" };
      const call = { method, url, headers, body: body === undefined ? "" : JSON.stringify(body) };
      if (token !== undefined) return callAdmin({ ...call, headers: { ...headers, authorization: `Bearer ${token}` } });
      if (credentials === undefined) return callAdmin(call);
      const scope = { service: ADMIN_SERVICE, region, now: systemClock.now() };
      const signed = signRequest({ ...call, ...scope, credentials: await firehose.config.credentials() });
      return callAdmin({ ...call, headers: signed });
    },
    aws: async (service, target, body) => {
      const url = new URL(`${endpoint}/`);
      const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
      const call = { method: "POST", url, headers, body: JSON.stringify(body) };
      const scope = { service, region, now: systemClock.now(), credentials: await firehose.config.credentials() };
      return callAdmin({ ...call, name: target, headers: signRequest({ ...call, ...scope }) });
    },
    close: () => firehose.destroy(),
  };
}

/**
 * Without `info` on purpose: the client's own default has one that does nothing, and is given a copy of every record of every
 * call with what is secret taken out, which costs a seventh of a producer's time.
 */
const NO_LOG = {
  debug: () => undefined,
  warn: () => undefined,
  error: () => undefined,
} as unknown as NonNullable<FirehoseClientConfig["logger"]>;

/** A server without keys asks for none, but the client does, so any will do. */
function clientCredentials(credentials: ConnectionOptions["credentials"]): FirehoseClientConfig {
  if (credentials === undefined) return { credentials: { accessKeyId: "anonymous", secretAccessKey: "anonymous" } };
  if ("profile" in credentials) return { profile: credentials.profile };
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } };
}

interface AdminCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty: none. */
  readonly body: string;
  /** What a failure is told under. Default: method and path. */
  readonly name?: string;
}

/** AWS's own code of a refusal (`AlreadyExistsException`), for callers that act on some of them. */
export class CallError extends CliError {
  readonly awsCode: string;
  constructor(message: string, awsCode: string) {
    super(message);
    this.awsCode = awsCode;
  }
}

async function callAdmin({ method, url, headers, body, name }: AdminCall): Promise<JsonValue> {
  const response = await fetch(url, { method, headers, ...(body !== "" && { body }) }).catch((error: unknown) => {
    throw unreachable(url.origin, error);
  });
  const text = await response.text();
  const answer: JsonValue = text === "" ? null : parseJson(text);
  if (response.ok) return answer;
  const told = typeof answer === "object" && answer !== null && !Array.isArray(answer) ? answer : {};
  const code = String(told.__type ?? response.status);
  throw new CallError(`${name ?? `${method} ${url.pathname}`}: ${code} ${String(told.message ?? text)}`, code);
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

import type { Secret } from "../../model/secret.ts";
import { type AwsPlace, regionOf } from "./shard-options.ts";

/** What clients of AWS's streams are made of. */

const CONNECT_TIMEOUT_MS = 5_000;
/** An answer has 10 MiB at most. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Reads under way at a time: hundreds of shards take turns, and each waits a second between its own anyway. */
const CONNECTIONS_MAX = 16;

export interface AwsClientOptions extends AwsPlace {
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: Secret; readonly sessionToken?: Secret | undefined }
    | undefined;
}

/** Address and key, secrets read anew. */
export function clientConfig(
  options: AwsClientOptions,
  arn: string | undefined,
  readSecret: (secret: Secret) => string,
) {
  const { endpoint, credentials } = options;
  const region = regionOf(options, arn);
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: readSecret(credentials.secretAccessKey),
        ...(credentials.sessionToken !== undefined && { sessionToken: readSecret(credentials.sessionToken) }),
      },
    }),
  };
}

/** Options of the handler of HTTP/1.1. */
export function handlerOptions() {
  return {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: ANSWER_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
    httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
  };
}

/** The time by AWS's clock: that of its newest answer, in whole seconds. */
export class AnswerClock {
  #newest: number;

  /** `now`: for servers that do not say. */
  constructor(now: number) {
    this.#newest = now;
  }

  get now(): number {
    return this.#newest;
  }

  /** `response`: of HTTP, as the client's middleware sees it. */
  note(response: unknown): void {
    const { headers } = response as { readonly headers?: Readonly<Record<string, string | undefined>> };
    const date = Date.parse(headers?.date ?? "");
    if (!Number.isNaN(date)) this.#newest = date;
  }
}

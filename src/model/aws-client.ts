import { type AwsClientOptions, regionOf } from "./aws-place.ts";

/** What clients of AWS's streams are made of. */

const CONNECT_TIMEOUT_MS = 5_000;
/** An answer has 10 MiB at most. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Reads under way at a time: hundreds of shards take turns, and each waits a second between its own anyway. */
const CONNECTIONS_MAX = 16;

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

/**
 * For Kinesis: by default its client speaks HTTP/2, which servers that speak Kinesis elsewhere than at AWS do not, or not
 * well, and a few requests a second gain nothing by it. Its sibling brings the handler of HTTP/1.1.
 */
export async function http1Handler() {
  const { DynamoDBStreamsClient } = await import("@aws-sdk/client-dynamodb-streams");
  return new DynamoDBStreamsClient({ region: "us-east-1", requestHandler: handlerOptions() }).config.requestHandler;
}

/** Address and key as clients of AWS's take them, secrets read anew. */
export function clientConfig<S>(
  options: AwsClientOptions<S>,
  arn: string | undefined,
  readSecret: (secret: S) => string,
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

import type { FunctionOverrides } from "./function-settings.ts";

/** Where a function runs, as the configuration says it; secrets read, paths absolute. */
export type FunctionTarget = LocalTarget | LambdaTarget | UrlTarget;

export interface LocalTarget {
  readonly type: "local";
  readonly folder: string;
  readonly overrides: FunctionOverrides;
}

/** AWS Lambda, or whatever speaks its Invoke operation. */
export interface LambdaTarget {
  readonly type: "lambda";
  /** Name or ARN that is called there; absent = as the caller calls it. */
  readonly functionName?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly timeoutSeconds: number;
  readonly payloadBytesMax: number;
}

/** An address that takes the event as the body of a POST and answers with the reply. */
export interface UrlTarget {
  readonly type: "url";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly payloadBytesMax: number;
}

/** AWS: 6 MB each way for a synchronous call. */
export const REMOTE_PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;
/** AWS: a function may run 15 minutes, and 5 for Firehose. */
export const REMOTE_TIMEOUT_SECONDS = 300;

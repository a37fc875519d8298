import { InvokeCommand, type InvokeCommandOutput, LambdaClient, type LambdaClientConfig } from "@aws-sdk/client-lambda";
import { FunctionError, type FunctionErrorCode } from "../function-invoker.ts";
import type { FunctionRunner, Invocation } from "../function-runner.ts";
import type { LambdaTarget } from "../function-target.ts";

/** A function on AWS Lambda, or on whatever speaks its Invoke operation. Retries are the caller's. */
export class LambdaFunction implements FunctionRunner {
  readonly target = "lambda";
  readonly #target: LambdaTarget;
  readonly #client: LambdaClient;

  constructor(target: LambdaTarget) {
    this.#target = target;
    this.#client = makeClient(target);
  }

  async invoke({ functionArn, payload, replyBytesMax, signal }: Invocation): Promise<Buffer> {
    const { functionName = functionArn, payloadBytesMax } = this.#target;
    if (payload.length > payloadBytesMax) throw tooLarge(payload.length, payloadBytesMax);
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: "RequestResponse",
      Payload: payload,
    });
    const output = await this.#send(command, signal);
    const reply = Buffer.from(output.Payload ?? []);
    if (output.FunctionError !== undefined) throw functionError(reply);
    if (reply.length <= replyBytesMax) return reply;
    throw new FunctionError("reply-too-large", `The reply of ${functionName} is larger than ${replyBytesMax} bytes`);
  }

  /** A published version never changes; aliases and `$LATEST` may. */
  async codeDigest(qualifier: string | undefined): Promise<string | undefined> {
    const { functionName } = this.#target;
    const version = functionName === undefined ? qualifier : functionName.split(":").at(-1);
    return version !== undefined && /^\d{1,9}$/.test(version) ? `version ${version}` : undefined;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #send(command: InvokeCommand, signal: AbortSignal): Promise<InvokeCommandOutput> {
    try {
      return await this.#client.send(command, { abortSignal: signal });
    } catch (error) {
      signal.throwIfAborted();
      const name = error instanceof Error ? error.name : "";
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      const lost = /^E(?!TIMEDOUT)[A-Z]+$/.test(String((error as NodeJS.ErrnoException).code));
      // The client calls a connection that was lost a timeout, too.
      const code = lost ? "unreachable" : codeOf(name, status);
      throw new FunctionError(code, `${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Deliveries call at most about as many at a time. */
const CONNECTIONS_MAX = 64;

function makeClient({ endpoint, region, credentials, timeoutSeconds }: LambdaTarget): LambdaClient {
  const chosen = region ?? (endpoint === undefined ? undefined : "us-east-1");
  const config: LambdaClientConfig = {
    ...(endpoint !== undefined && { endpoint }),
    ...(chosen !== undefined && { region: chosen }),
    // A copy: the SDK notes where credentials came from in the object itself.
    ...(credentials !== undefined && { credentials: { ...credentials } }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: timeoutSeconds * 1000,
      throwOnRequestTimeout: true,
      socketTimeout: timeoutSeconds * 1000,
      httpAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
    },
  };
  return new LambdaClient(config);
}

const CODES: Readonly<Record<string, FunctionErrorCode>> = {
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  EC2ThrottledException: "throttled",
  ResourceNotFoundException: "not-found",
  AccessDeniedException: "denied",
  ExpiredTokenException: "denied",
  InvalidSignatureException: "denied",
  UnrecognizedClientException: "denied",
  CredentialsProviderError: "denied",
  RequestTooLargeException: "request-too-large",
  RequestEntityTooLargeException: "request-too-large",
  TimeoutError: "timeout",
};

const STATUS_CODES: Readonly<Record<number, FunctionErrorCode>> = {
  401: "denied",
  403: "denied",
  404: "not-found",
  413: "request-too-large",
  429: "throttled",
};

function codeOf(name: string, status: number | undefined): FunctionErrorCode {
  return CODES[name] ?? STATUS_CODES[status ?? 0] ?? "unreachable";
}

function tooLarge(bytes: number, bytesMax: number): FunctionError {
  return new FunctionError("request-too-large", `Expected an event of at most ${bytesMax} bytes; got ${bytes}`);
}

/** Lambda tells by the reply what went wrong inside: `{ errorType, errorMessage }`. */
function functionError(reply: Buffer): FunctionError {
  let report: { errorType?: unknown; errorMessage?: unknown } | null = null;
  try {
    report = JSON.parse(reply.toString());
  } catch {
    // Something else than a report; then nothing more is known.
  }
  const type = typeof report?.errorType === "string" ? report.errorType : "Unhandled";
  const message = typeof report?.errorMessage === "string" ? report.errorMessage : "";
  const text = message === "" ? type : `${type}: ${message}`;
  if (/Task timed out after/.test(message)) return new FunctionError("timeout", text);
  if (type === "Function.ResponseSizeTooLarge") return new FunctionError("reply-too-large", text);
  return new FunctionError("function-error", text);
}

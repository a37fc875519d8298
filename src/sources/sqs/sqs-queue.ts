import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { Clock } from "../../std/clock.ts";
import type { SourceComponents, SourceRun } from "../source-kind.ts";
import { BATCH_MESSAGES } from "./receive-pace.ts";
import { regionOf, type SqsOptions } from "./sqs-options.ts";

const CONNECT_TIMEOUT_MS = 5_000;
/** Beyond the long poll. */
const ANSWER_TIMEOUT_MS = 10_000;
/** What is still to be said to SQS when the source stops: it is only a courtesy, for all of it comes again. */
const LAST_WORDS_MS_MAX = 3_000;

/** Each failure that SQS names in its answer for one message is tried again this often. */
const ATTEMPTS = 3;
const RETRY_WAIT_MS = 200;

/** One queue as a receiver uses it. Rejects with what the client library rejects with. */
export interface SqsQueue {
  readonly url: string;
  receive(waitSeconds: number): Promise<Message[]>;
  /** Counts and warns of messages that could not be deleted: they come again and are known by then. */
  delete(messages: readonly Message[]): Promise<void>;
  /** Hides messages for so long from now on; 0 gives them back at once. Resolves to how many it could not be said of. */
  hide(messages: readonly Message[], seconds: number): Promise<number>;
  close(): void;
}

export async function openSqsQueue(
  options: SqsOptions,
  { clock, readSecret }: SourceComponents,
  run: SourceRun,
): Promise<SqsQueue> {
  const sqs = await import("@aws-sdk/client-sqs");
  const { signal } = run;
  const client = makeClient(sqs.SQSClient, options, readSecret);
  const lastWords = abortAfter(signal, LAST_WORDS_MS_MAX, clock);
  const url = options.queueUrl ?? (await findQueue(client, sqs.GetQueueUrlCommand, options, signal));
  const receiveInput = {
    QueueUrl: url,
    MaxNumberOfMessages: BATCH_MESSAGES,
    VisibilityTimeout: options.visibilityTimeoutSeconds,
    MessageSystemAttributeNames: ["All" as const],
    ...(options.record !== "value" && { MessageAttributeNames: ["All"] }),
  };

  const deleteOnce = async (messages: readonly Message[]) => {
    const command = new sqs.DeleteMessageBatchCommand({ QueueUrl: url, Entries: entriesOf(messages) });
    const { Failed = [] } = await client.send(command, { abortSignal: lastWords.signal });
    run.count("deletes", messages.length - Failed.length);
    return Failed;
  };

  return {
    url,
    receive: async (waitSeconds) => {
      const command = new sqs.ReceiveMessageCommand({ ...receiveInput, WaitTimeSeconds: waitSeconds });
      return (await client.send(command, { abortSignal: signal })).Messages ?? [];
    },
    delete: async (messages) => {
      let left = messages;
      for (let attempt = 1; left.length > 0; attempt++) {
        const failed = await deleteOnce(left);
        run.count("deleteFailures", failed.length);
        if (attempt === ATTEMPTS && failed.length > 0) run.warn("delete-failed", deleteWarning(failed, url));
        if (attempt === ATTEMPTS) return;
        // What is the sender's fault, a receipt that has expired, is refused again however often it is said.
        left = failed.filter(({ SenderFault }) => !SenderFault).flatMap(({ Id }) => left[Number(Id)] ?? []);
        if (left.length > 0) await clock.sleep(attempt * RETRY_WAIT_MS);
      }
    },
    hide: async (messages, seconds) => {
      const Entries = entriesOf(messages).map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
      const command = new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
      const { Failed = [] } = await client.send(command, { abortSignal: lastWords.signal });
      return Failed.length;
    },
    close: () => {
      lastWords.cancel();
      client.destroy();
    },
  };
}

function makeClient(
  Client: typeof SQSClient,
  options: SqsOptions,
  readSecret: SourceComponents["readSecret"],
): SQSClient {
  const { endpoint, credentials, waitSeconds, receivers } = options;
  const region = regionOf(options);
  return new Client({
    ...(region !== undefined && { region }),
    // The address of a queue tells of the host that made it, which need not be the way to it.
    ...(endpoint !== undefined && { endpoint, useQueueUrlAsEndpoint: false }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: readSecret(credentials.secretAccessKey),
        ...(credentials.sessionToken !== undefined && { sessionToken: readSecret(credentials.sessionToken) }),
      },
    }),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: waitSeconds * 1000 + ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // Besides its receive, each receiver may extend or delete.
      httpAgent: { keepAlive: true, maxSockets: receivers * 2 },
      httpsAgent: { keepAlive: true, maxSockets: receivers * 2 },
    },
  });
}

type Sqs = typeof import("@aws-sdk/client-sqs");

async function findQueue(
  client: SQSClient,
  GetQueueUrlCommand: Sqs["GetQueueUrlCommand"],
  { queueName, queueOwner }: SqsOptions,
  abortSignal: AbortSignal,
): Promise<string> {
  const input = { QueueName: queueName, ...(queueOwner !== undefined && { QueueOwnerAWSAccountId: queueOwner }) };
  const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand(input), { abortSignal });
  return QueueUrl;
}

function entriesOf(messages: readonly Message[]) {
  return messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
}

/** A signal that follows another one some time later. */
function abortAfter(signal: AbortSignal, ms: number, clock: Clock) {
  const later = new AbortController();
  const cancelled = new AbortController();
  const onAbort = () => {
    clock.sleep(ms, cancelled.signal).then(
      () => later.abort(signal.reason),
      () => undefined,
    );
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return { signal: later.signal, cancel: () => cancelled.abort() };
}

function deleteWarning(
  failed: readonly { readonly Code?: string | undefined; readonly Message?: string | undefined }[],
  url: string,
) {
  const [{ Code, Message } = {}] = failed;
  return `${failed.length} messages of ${url} are stored and could not be deleted: ${Code} ${Message ?? ""}. They come again and are not stored twice.`;
}

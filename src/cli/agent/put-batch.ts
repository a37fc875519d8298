import { createHash } from "node:crypto";
import { type FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";

/** Places of records that were not accepted, and what was said of the first. */
export interface Refusal {
  readonly indexes: readonly number[];
  readonly reason: string;
}

/** One PutRecordBatch under an id of ours. Resolves to what was refused, `undefined` when all was accepted. */
export async function putBatch(
  firehose: FirehoseClient,
  stream: string,
  records: readonly Buffer[],
  { invocation, signal }: { readonly invocation: string; readonly signal: AbortSignal },
): Promise<Refusal | undefined> {
  const command = new PutRecordBatchCommand({
    DeliveryStreamName: stream,
    Records: records.map((Data) => ({ Data })),
  });
  nameInvocation(command, invocation);
  const { RequestResponses = [] } = await firehose.send(command, { abortSignal: signal });
  const indexes = records.flatMap((_, index) => (RequestResponses[index]?.RecordId === undefined ? [index] : []));
  if (indexes.length === 0) return undefined;
  return { indexes, reason: RequestResponses[indexes[0] ?? 0]?.ErrorMessage ?? "no reason was given" };
}

/**
 * The SDK draws an id for each call and keeps it through its own retries. Ours outlives the process: the server answers a call
 * that it knows by it, instead of storing the records again. It is put in before the call is signed.
 */
function nameInvocation(command: PutRecordBatchCommand, invocation: string): void {
  command.middlewareStack.addRelativeTo(
    <Args extends object, Output>(next: (args: Args) => Promise<Output>) =>
      async (args: Args) => {
        const { request } = args as { request: { headers: Record<string, string> } };
        request.headers["amz-sdk-invocation-id"] = invocation;
        return next(args);
      },
    { name: "invocationOfBatch", relation: "after", toMiddleware: "retryMiddleware", override: true },
  );
}

/** The id for what is left of a batch: the same whenever the same is left of it. */
export function invocationForRest(invocation: string, places: readonly number[]): string {
  const hex = createHash("sha256")
    .update(JSON.stringify([invocation, places]))
    .digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

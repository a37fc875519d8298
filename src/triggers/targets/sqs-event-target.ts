import type { SQSClient } from "@aws-sdk/client-sqs";
import type { EventTarget } from "./event-target.ts";

export interface SqsTargetOptions {
  readonly queueUrl: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: () => {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export function sqsEventTarget({ queueUrl, credentials, ...connection }: SqsTargetOptions): EventTarget {
  let opened: Promise<SQSClient> | undefined;
  const open = async () => {
    const { SQSClient: Client } = await import("@aws-sdk/client-sqs");
    return new Client({
      ...connection,
      ...(credentials !== undefined && { credentials: async () => credentials() }),
    });
  };
  return {
    name: queueUrl,
    send: async (payload, signal) => {
      opened ??= open();
      const { SendMessageCommand } = await import("@aws-sdk/client-sqs");
      const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: payload.toString() });
      await (await opened).send(command, { abortSignal: signal });
      return undefined;
    },
    close: async () => (await opened)?.destroy(),
  };
}

import type { FunctionInvoker } from "../../functions/function-invoker.ts";
import type { Secret } from "../../model/secret.ts";
import type { EventTarget } from "./event-target.ts";
import { functionEventTarget } from "./function-event-target.ts";
import { kafkaEventTarget } from "./kafka-event-target.ts";
import { sqsEventTarget } from "./sqs-event-target.ts";
import type { EventTargetSettings } from "./target-schema.ts";
import { webhookEventTarget } from "./webhook-event-target.ts";

export interface TargetComponents {
  readonly functions: FunctionInvoker;
  readonly readSecret: (secret: Secret) => string;
}

/** What the settings name. Nothing is connected before the first event. */
export function openTarget(settings: EventTargetSettings, { functions, readSecret }: TargetComponents): EventTarget {
  if ("function" in settings) return functionEventTarget(functions, settings.function);
  if ("webhook" in settings) {
    const { url, timeoutSeconds, headers, secret } = settings.webhook;
    const read = () =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), readSecret(value)]));
    const signing = secret === undefined ? {} : { secret: () => readSecret(secret) };
    return webhookEventTarget({ url, timeoutMs: timeoutSeconds * 1000, headers: read, ...signing });
  }
  if ("sqs" in settings) {
    const { queueUrl, region, endpoint, credentials } = settings.sqs;
    return sqsEventTarget({
      queueUrl,
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials !== undefined && {
        credentials: () => ({
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: readSecret(credentials.secretAccessKey),
          ...(credentials.sessionToken !== undefined && { sessionToken: readSecret(credentials.sessionToken) }),
        }),
      }),
    });
  }
  const { brokers, topic, tls, username, password } = settings.kafka;
  return kafkaEventTarget({
    brokers,
    topic,
    tls,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: () => readSecret(password) }),
  });
}

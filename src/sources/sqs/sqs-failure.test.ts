import assert from "node:assert/strict";
import { test } from "node:test";
import { sqsFailure } from "./sqs-failure.ts";
import { sqsOptionsSchema } from "./sqs-options.ts";

const options = sqsOptionsSchema.parse({ queueName: "events", region: "eu-west-1" });

function errorOf(name: string, more: object = {}): Error {
  return Object.assign(new Error("as SQS says it"), { name, ...more });
}

test("failures of SQS have a code and say what to do", () => {
  const failures: readonly (readonly [Error, string, RegExp])[] = [
    [errorOf("QueueDoesNotExist"), "queue-not-found", /create the queue/],
    [errorOf("AWS.SimpleQueueService.NonExistentQueue"), "queue-not-found", /create the queue/],
    [errorOf("AccessDenied"), "access-denied", /grant sqs:ReceiveMessage/],
    [errorOf("SomeOther", { $metadata: { httpStatusCode: 403 } }), "access-denied", /grant/],
    [errorOf("InvalidClientTokenId"), "credentials-refused", /credentials/],
    [errorOf("CredentialsProviderError"), "credentials-refused", /AWS chain/],
    [errorOf("RequestThrottled"), "throttled", /fewer receivers/],
    [errorOf("OverLimit"), "too-many-in-flight", /other readers/],
    [errorOf("Error", { code: "ECONNREFUSED" }), "ECONNREFUSED", /queue events at eu-west-1: as SQS says it/],
    [errorOf("TimeoutError"), "TimeoutError", /as SQS says it/],
  ];
  for (const [error, code, message] of failures) {
    const failure = sqsFailure(error, options);
    assert.equal(failure.code, code, error.name);
    assert.match(failure.message, message);
  }
});

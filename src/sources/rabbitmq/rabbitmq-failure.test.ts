import assert from "node:assert/strict";
import { test } from "node:test";
import { rabbitMqFailure } from "./rabbitmq-failure.ts";
import { rabbitMqOptionsSchema } from "./rabbitmq-options.ts";

const options = rabbitMqOptionsSchema.parse({ url: "amqp://host", queue: "orders" });

function failureOf(message: string, code?: number | string): string {
  const failure = rabbitMqFailure(Object.assign(new Error(message), code !== undefined && { code }), options);
  assert.ok(failure.message.startsWith(message), "the broker's own words stay");
  return `${failure.code}: ${failure.message.slice(message.length)}`;
}

test("rabbitMqFailure() says of what the broker tells what to do", () => {
  const refused = 'Operation failed: BasicConsume; 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - ';
  const precondition = 'Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - ';
  const expected: readonly [string, number, RegExp][] = [
    [`${refused}queue 'orders' in vhost '/' in exclusive use"`, 403, /^access-refused: .* is exclusive/],
    [`${refused}access to queue 'orders' refused for user 'lake'"`, 403, /^access-refused: .* right to read orders/],
    ["Operation failed: QueueDeclare", 404, /^not-found: .*make the queue/],
    ["Operation failed: QueueDeclare", 405, /^resource-locked: .*another connection alone/],
    [`${precondition}invalid arg 'x-stream-offset' for queue"`, 406, /^precondition-failed: .*set type to queue/],
    [`${precondition}inequivalent arg 'x-queue-type'"`, 406, /^precondition-failed: .*set declare to never/],
    [
      `${precondition}delivery acknowledgement on channel 1 timed out"`,
      406,
      /^precondition-failed: .*consumer_timeout/,
    ],
    [`${precondition}unknown delivery tag 5"`, 406, /^precondition-failed: $/],
    ["Connection closed", 320, /^connection-forced: .*stopped/],
    ["Connection closed", 541, /^broker-failed: $/],
  ];
  for (const [message, code, wanted] of expected) assert.match(failureOf(message, code), wanted);
});

test("rabbitMqFailure() finds the reply code in the message while a connection is opened", () => {
  const login =
    'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"';
  assert.match(failureOf(login), /^access-refused: .*look at user and password/);
  const vhost = 'Handshake terminated by server: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - vhost shop not found"';
  assert.match(failureOf(vhost), /^not-allowed: .*virtual host/);
});

test("rabbitMqFailure() says of what happens on the way what to look at", () => {
  assert.equal(failureOf("connect ECONNREFUSED 127.0.0.1:5672", "ECONNREFUSED"), "ECONNREFUSED: ");
  assert.match(failureOf("self-signed certificate", "SELF_SIGNED_CERT_IN_CHAIN"), /^tls-failed: .*tls\.authority/);
  assert.match(failureOf("does not match", "ERR_TLS_CERT_ALTNAME_INVALID"), /^tls-failed: .*tls\.serverName/);
  assert.match(failureOf("wrong version number", "ERR_SSL_WRONG_VERSION_NUMBER"), /^tls-failed: .*scheme and port/);
  assert.match(failureOf("Socket closed abruptly during opening handshake"), /^connection-lost: .*port of its own/);
  assert.match(failureOf("Expected ConnectionOpenOk; got <ConnectionClose channel:0>"), /^not-allowed: .*virtual host/);
  assert.match(failureOf("Unexpected close"), /^connection-lost: .*hung up/);
  assert.equal(failureOf("Heartbeat timeout"), "connection-lost: ");
});

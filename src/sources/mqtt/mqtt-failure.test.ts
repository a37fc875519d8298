import assert from "node:assert/strict";
import { test } from "node:test";
import { mqttFailure } from "./mqtt-failure.ts";

test("mqttFailure() says what to do about what the broker, the system or TLS says", () => {
  const expected: readonly [string, number | string | undefined, RegExp][] = [
    ["Connection refused: Unacceptable protocol version", 1, /^version-refused: .*set version to 4/],
    ["Connection refused: Identifier rejected", 2, /^client-refused: .*set clientId/],
    ["Connection refused: Not authorized", 5, /^access-refused: .*user and password/],
    ["Connection refused: Server busy", 137, /^broker-busy: $/],
    ["Connection refused: Bad User Name or Password", 134, /^access-refused: .*user and password/],
    ["Subscribe error: Not authorized", 135, /^access-refused: .*rights on the topics/],
    ["Topic Filter invalid", 143, /^topic-refused: .*filters/],
    ["Shared Subscriptions not supported", 158, /^topic-refused: .*without \$share/],
    ["Unspecified error", 128, /^broker-failed: $/],
    ["connect ECONNREFUSED 127.0.0.1:1883", "ECONNREFUSED", /^ECONNREFUSED: $/],
    ["self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT", /^tls-failed: .*tls\.authority/],
    ["wrong version number", "ERR_SSL_WRONG_VERSION_NUMBER", /^tls-failed: .*scheme and port/],
    ["connack timeout", undefined, /^connection-lost: .*no MQTT broker/],
    ["Keepalive timeout", undefined, /^connection-lost: $/],
  ];
  for (const [message, code, wanted] of expected) {
    const failure = mqttFailure(Object.assign(new Error(message), code !== undefined && { code }));
    assert.ok(failure.message.startsWith(message), "the broker's own words stay");
    assert.match(`${failure.code}: ${failure.message.slice(message.length)}`, wanted);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, mqttOptionsSchema, upstreamOf } from "./mqtt-options.ts";

function optionsOf(given: object) {
  return mqttOptionsSchema.parse({ topics: ["a/#", "b"], ...given });
}

test("addressOf() takes an address apart; user and password of their own come first", () => {
  const address = (given: object) => addressOf(optionsOf(given), String);
  assert.deepEqual(address({ url: "mqtts://us%40er:p%2Fw@broker" }), {
    protocol: "mqtts",
    hostname: "broker",
    port: 8883,
    username: "us@er",
    password: "p/w",
  });
  assert.deepEqual(address({ url: "mqtt://[::1]" }), { protocol: "mqtt", hostname: "::1", port: 1883 });
  const given = { url: "mqtt://u:p@broker:1", user: "other", password: "secret" };
  assert.deepEqual(address(given), {
    protocol: "mqtt",
    hostname: "broker",
    port: 1,
    username: "other",
    password: "secret",
  });
});

test("addressOf() refuses an address that is none and never says what stands in it", () => {
  for (const url of ["secret", "amqp://u:secret@host", "mqtt://u:secret%zz@host", "mqtt:///secret"]) {
    assert.throws(
      () => addressOf(optionsOf({ url }), String),
      (error: Error) => /expected mqtt:\/\/HOST/.test(error.message) && !error.message.includes("secret"),
      url,
    );
  }
  assert.throws(() => addressOf(optionsOf({ url: "mqtt://host", tls: {} }), String), /expected mqtts:/);
});

test("upstreamOf() shows what is read and no password", () => {
  assert.equal(upstreamOf(optionsOf({ url: "mqtt://u:secret@host:1" })), "a/#, b at host:1");
  assert.equal(upstreamOf(optionsOf({ url: { file: "url.txt" } })), "a/#, b at the address in url.txt");
});

test("options that make no sense are refused", () => {
  const url = "mqtt://host";
  const wrong = [
    { url, topics: [] },
    { url, version: 3 },
    { url, qos: 2 },
    { url, receiveMaximum: 0 },
    { url, deduplicateBy: { field: "a..b" } },
    { url, deduplicateBy: { field: "a", userProperty: "b" } },
    { url, topic: "a" },
  ];
  for (const given of wrong) assert.throws(() => optionsOf(given), { name: "ZodError" }, JSON.stringify(given));
});

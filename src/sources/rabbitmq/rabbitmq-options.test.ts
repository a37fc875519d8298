import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesOf, rabbitMqOptionsSchema, upstreamOf } from "./rabbitmq-options.ts";

function optionsOf(given: object) {
  return rabbitMqOptionsSchema.parse({ queue: "orders", ...given });
}

test("addressesOf() takes an address apart, with what is encoded in it", () => {
  const addresses = (url: string) => addressesOf(optionsOf({ url }), String);
  assert.deepEqual(addresses("amqps://us%40er:p%2Fw@broker/a%2Fb"), [
    { protocol: "amqps", hostname: "broker", port: 5671, vhost: "a/b", username: "us@er", password: "p/w" },
  ]);
  for (const url of ["amqp://[::1]", "amqp://[::1]/", "amqp://[::1]/%2F"]) {
    assert.deepEqual(addresses(url), [
      { protocol: "amqp", hostname: "::1", port: 5672, vhost: "/", username: "guest", password: "guest" },
    ]);
  }
});

test("addressesOf() gives every host of a cluster, with TLS where there is a section for it", () => {
  const given = { hosts: ["one", "[::1]:7000"], vhost: "shop", user: "lake", password: "p@ss" };
  const shared = { vhost: "shop", username: "lake", password: "p@ss" };
  assert.deepEqual(addressesOf(optionsOf(given), String), [
    { protocol: "amqp", hostname: "one", port: 5672, ...shared },
    { protocol: "amqp", hostname: "::1", port: 7000, ...shared },
  ]);
  const [first] = addressesOf(optionsOf({ ...given, tls: {} }), String);
  assert.deepEqual([first?.protocol, first?.port], ["amqps", 5671]);
});

test("addressesOf() refuses an address that is none and never says what stands in it", () => {
  const wrong: readonly [string, RegExp][] = [
    ["secret", /expected amqp:\/\/USER/],
    ["http://u:secret@host", /got the scheme http:/],
    ["amqp://u:secret%zz@host", /percent-encoded/],
    ["amqp:///secret", /expected amqp:\/\/USER/],
    ["amqp://u:secret@host?heartbeat=5", /options of their own/],
  ];
  for (const [url, message] of wrong) {
    assert.throws(
      () => addressesOf(optionsOf({ url }), String),
      (error: Error) => message.test(error.message) && !error.message.includes("secret"),
      url,
    );
  }
  assert.throws(() => addressesOf(optionsOf({ url: "amqp://host", tls: {} }), String), /expected amqps:/);
});

test("upstreamOf() shows what is read and no password", () => {
  assert.equal(upstreamOf(optionsOf({ url: "amqp://u:secret@host:5673/shop" })), "queue orders at host:5673/shop");
  for (const url of ["secret", "user:secret@host:5672/shop", "amqp:secret"]) {
    assert.equal(upstreamOf(optionsOf({ url })), "queue orders at an address that is none");
  }
  assert.equal(upstreamOf(optionsOf({ url: { env: "URL" } })), "queue orders at the address in URL");
  const hosts = { hosts: ["a", "b:1"], password: "secret", type: "stream" };
  assert.equal(upstreamOf(optionsOf(hosts)), "stream orders of virtual host / at a, b:1");
});

test("options that contradict each other are refused", () => {
  const url = "amqp://host";
  const wrong = [
    {},
    { url, hosts: ["host"] },
    { hosts: ["u:p@host"] },
    { hosts: ["amqp://host"] },
    { url, declare: "stream" },
    { url, type: "stream", declare: "quorum" },
    { url, prefetch: 0 },
    { url, prefetch: 65_536 },
    { url, start: { timestamp: "yesterday" } },
    { url, queue: "" },
    { url, quue: "orders" },
  ];
  for (const given of wrong) assert.throws(() => optionsOf(given), { name: "ZodError" }, JSON.stringify(given));
});

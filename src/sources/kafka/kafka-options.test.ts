import assert from "node:assert/strict";
import { test } from "node:test";
import { kafkaOptions } from "./kafka-options.ts";

const base = { brokers: ["kafka-1:9092"], topics: ["orders"] };

test("kafkaOptions fills in what is left out", () => {
  const { record, tombstones, outOfRange, fetchBytes, start } = kafkaOptions.parse(base);
  assert.deepEqual([record, tombstones, outOfRange, start], ["value", "skip", "earliest", "earliest"]);
  assert.equal(fetchBytes, 8 * 1024 * 1024);
});

test("kafkaOptions takes brokers by name and address, a pattern, and a time up to the year 9999", () => {
  const options = { brokers: ["[::1]:9092", "10.0.0.1:9092"], topics: { pattern: "orders-.*" } };
  kafkaOptions.parse({ ...options, start: { time: "9999-12-31T00:00:00.000Z" } });
});

test("kafkaOptions says what it does not take", () => {
  const wrong: [object, RegExp][] = [
    [{ brokers: ["kafka-1"] }, /HOST:PORT/],
    [{ topics: ["a b"] }, /expected a topic/],
    [{ topics: { pattern: "(" } }, /regular expression/],
    [{ tls: { certificate: "pem" } }, /certificate and key together/],
    [{ decode: { schemaRegistry: "ftp://registry" } }, /schemaRegistry/],
    [{ decode: { schemaRegistry: "http://registry", user: "u" } }, /user and password together/],
    [{ start: { time: "yesterday" } }, /datetime/],
    [{ sasl: { mechanism: "GSSAPI", username: "u", password: "p" } }, /PLAIN/],
  ];
  for (const [more, expected] of wrong) {
    const { error } = kafkaOptions.safeParse({ ...base, ...more });
    assert.match(JSON.stringify(error?.issues), expected, JSON.stringify(more));
  }
});

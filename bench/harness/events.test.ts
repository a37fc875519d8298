import assert from "node:assert/strict";
import { test } from "node:test";
import { Events } from "./events.ts";

for (const bytes of [200, 1000, 10_240]) {
  test(`Events of ${bytes} bytes are JSON lines of that length, all different`, () => {
    const events = new Events(bytes);
    const made = Array.from({ length: 200 }, () => events.next());
    for (const event of made) {
      assert.equal(event.length, bytes);
      assert.ok(event.toString().endsWith("\n"));
      JSON.parse(event.toString());
    }
    assert.equal(new Set(made.map((event) => JSON.parse(event.toString()).text)).size, made.length);
  });
}

test("Events of one seed are the same in every run", () => {
  const [one, same, other] = [new Events(1000, 7), new Events(1000, 7), new Events(1000, 8)].map((events) =>
    Buffer.concat([events.next(), events.next()]).toString(),
  );
  assert.equal(one, same);
  assert.notEqual(one, other);
});

test("Events say so when there is no room for one", () => {
  assert.throws(() => new Events(20), /at least 120 bytes, got 20/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { readerState } from "./reader-state.ts";

const failure = { code: "c", message: "no broker", at: 1, failures: 3, nextAttemptAt: 2 };
const warning = { code: "w", message: "records expired", at: 1 };

test("readerState() says why a reader does not read, and forgets a failure that is over", () => {
  assert.deepEqual(readerState({ state: "waiting", failure }), {
    tone: "bad",
    label: "Trying again",
    why: "no broker",
  });
  assert.deepEqual(readerState({ state: "reading", failure }), { tone: "good", label: "Reading" });
});

test("readerState() warns of a reader that reads and has something to say", () => {
  const shown = readerState({ state: "reading", warning });
  assert.deepEqual(shown, { tone: "warn", label: "Reading", why: "records expired" });
});

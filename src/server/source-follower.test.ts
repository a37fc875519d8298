import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceDefinition } from "../sources/source-definition.ts";
import type { StreamDocument } from "../streams/streams.ts";
import type { EventCatalogue } from "../telemetry/events.ts";
import { SourceFollower } from "./source-follower.ts";

const definition = (name: string): SourceDefinition => ({
  name,
  kind: "scripted",
  stream: "s",
  description: "",
  options: {},
  enabled: true,
});

function fixture() {
  const documents = new Map<string, Pick<StreamDocument, "name" | "status">>();
  const sets: string[][] = [];
  const warnings: unknown[] = [];
  let listener: () => void = () => undefined;
  let settings: Promise<void> = Promise.resolve();
  const follower = new SourceFollower({
    sources: {
      check: ({ name }) => assert.notEqual(name, "stream.wrong", "options that are wrong"),
      set: (definitions) => {
        sets.push(definitions.map(({ name }) => name));
        return settings;
      },
    },
    declared: [definition("declared")],
    streams: {
      list: () => [...documents.values()] as StreamDocument[],
      onChanged: (given) => {
        listener = given;
      },
    },
    sourceOf: ({ name }) => (name === "plain" ? undefined : definition(`stream.${name}`)),
    telemetry: { emit: (_: keyof EventCatalogue, warning: unknown) => void warnings.push(warning) },
  });
  return {
    follower,
    sets,
    warnings,
    change: (name: string, status: StreamDocument["status"]) => {
      documents.set(name, { name, status });
      listener();
    },
    holdSets: () => {
      const held = Promise.withResolvers<void>();
      settings = held.promise;
      return held.resolve;
    },
  };
}

const settled = () => new Promise(setImmediate);

test("a source that comes with a stream begins when it is active and ends when it is deleted", async () => {
  const { follower, sets, change } = fixture();
  await follower.begin();
  change("plain", "ACTIVE");
  await settled();
  change("orders", "CREATING");
  await settled();
  change("orders", "ACTIVE");
  await settled();
  change("orders", "DELETING");
  await settled();
  const only = ["declared"];
  assert.deepEqual(sets, [only, only, only, ["declared", "stream.orders"], only]);
});

test("a source that cannot be read keeps nobody else from reading, and its stream says why, once", async () => {
  const { follower, sets, warnings, change } = fixture();
  await follower.begin();
  change("wrong", "ACTIVE");
  await settled();
  change("orders", "ACTIVE");
  await settled();
  assert.deepEqual(sets.at(-1), ["declared", "stream.orders"]);
  const message = "Nothing is read into it: options that are wrong";
  assert.deepEqual(warnings, [{ stream: "wrong", code: "source-unreachable", message }]);
});

test("changes that come while sources are set are followed together, afterwards", async () => {
  const { follower, sets, change, holdSets } = fixture();
  const release = holdSets();
  const begun = follower.begin();
  change("one", "ACTIVE");
  change("two", "ACTIVE");
  assert.deepEqual(sets, [["declared"]]);
  release();
  await begun;
  assert.deepEqual(sets, [["declared"], ["declared", "stream.one", "stream.two"]]);
});

test("a change is followed however soon it comes after one that was", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const { follower, sets, change, holdSets } = fixture();
    const release = holdSets();
    const begun = follower.begin();
    release();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    change("one", "ACTIVE");
    await begun;
    await settled();
    assert.deepEqual(sets.at(-1), ["declared", "stream.one"], `${turns} turns later`);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { changedParts, editableOf, parseEdited } from "./editable.ts";

test("editableOf() says in the words of an update what Describe tells", () => {
  const edited = editableOf({
    destination: {
      DestinationId: "d",
      S3DestinationDescription: { Prefix: "a/" },
      ExtendedS3DestinationDescription: { Prefix: "a/", S3BackupDescription: { Prefix: "b/" } },
    },
    extensions: { "roll-idle": "6h" },
  });
  assert.deepEqual(edited, {
    ExtendedS3DestinationUpdate: { Prefix: "a/", S3BackupUpdate: { Prefix: "b/" } },
    lakehose: { "roll-idle": "6h" },
  });
  const search = { AmazonopensearchserviceDestinationDescription: { IndexName: "i", S3DestinationDescription: {} } };
  assert.deepEqual(editableOf({ destination: search, extensions: {} }), {
    AmazonopensearchserviceDestinationUpdate: { IndexName: "i", S3Update: {} },
    lakehose: {},
  });
});

test("changedParts() says no more than somebody changed, but all of the settings", () => {
  const before = { U: { Prefix: "a/", Hints: { size: 1, age: 2 } }, lakehose: { x: 1, y: 2 } };
  assert.deepEqual(changedParts(before, before), {});
  const after = { U: { Prefix: "a/", Hints: { size: 9, age: 2 } }, lakehose: { x: 1 } };
  assert.deepEqual(changedParts(before, after), { U: { Hints: { size: 9, age: 2 } }, lakehose: { x: 1 } });
});

test("parseEdited() says what is wrong with a text", () => {
  assert.deepEqual(parseEdited('{"a":1}'), { update: { a: 1 } });
  assert.match(JSON.stringify(parseEdited("{")), /no JSON/);
  assert.match(JSON.stringify(parseEdited("[]")), /object/);
});

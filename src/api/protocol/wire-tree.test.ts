import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeXml, toJson, toXml } from "./wire-tree.ts";

const tree = {
  Label: "a<b>",
  At: new Date(1_500),
  Points: [{ Value: 1.5 }, { Value: 2, Good: true }],
  Values: [1, 2],
  Missing: undefined,
};

test("toJson writes times as seconds and leaves out what is not there", () => {
  assert.deepEqual(toJson(tree), {
    Label: "a<b>",
    At: 1.5,
    Points: [{ Value: 1.5 }, { Value: 2, Good: true }],
    Values: [1, 2],
  });
});

test("toXml writes lists as members, times as ISO 8601, and escapes", () => {
  const points =
    "<Points><member><Value>1.5</Value></member><member><Value>2</Value><Good>true</Good></member></Points>";
  const values = "<Values><member>1</member><member>2</member></Values>";
  assert.equal(toXml(tree), `<Label>a&lt;b&gt;</Label><At>1970-01-01T00:00:01.500Z</At>${points}${values}`);
});

test("escapeXml leaves nothing that XML 1.0 cannot hold", () => {
  assert.equal(escapeXml("a\u0000b\u001f\ud800c\ttab 😀"), "a b  c\ttab 😀");
});

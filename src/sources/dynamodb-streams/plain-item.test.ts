import assert from "node:assert/strict";
import { test } from "node:test";
import { plainItem, typedItem } from "./plain-item.ts";

test("plainItem() leaves the types away and keeps every digit", () => {
  const item = plainItem({
    id: { S: 'a "b"\n' },
    big: { N: "12345678901234567890123456789012345678" },
    small: { N: "-0.00000000012345678901234567890123456789" },
    exponent: { N: "1E+100" },
    yes: { BOOL: false },
    none: { NULL: true },
    bytes: { B: Buffer.from([0xff, 0x00]) },
    names: { SS: ["x", "y"] },
    numbers: { NS: ["1", "2.50"] },
    blobs: { BS: [Buffer.from("hi")] },
    nested: { M: { list: { L: [{ N: "1.10" }, { M: {} }, { L: [] }] } } },
  });
  assert.equal(
    item,
    '{"id":"a \\"b\\"\\n","big":12345678901234567890123456789012345678,"small":-0.00000000012345678901234567890123456789,' +
      '"exponent":1E+100,"yes":false,"none":null,"bytes":"/wA=","names":["x","y"],"numbers":[1,2.50],"blobs":["aGk="],' +
      '"nested":{"list":[1.10,{},[]]}}',
  );
  JSON.parse(item);
});

test("plainItem() keeps a number that JSON does not know as text", () => {
  for (const text of ["NaN", "Infinity", "01", "1.", ".5", "+1", ""]) {
    assert.equal(plainItem({ n: { N: text } }), `{"n":${JSON.stringify(text)}}`);
  }
});

test("typedItem() writes bytes as AWS does", () => {
  const item = { b: { B: Buffer.from("hi") }, l: { L: [{ BS: [new Uint8Array([1])] }] }, n: { N: "1.0" } };
  assert.equal(typedItem(item), '{"b":{"B":"aGk="},"l":{"L":[{"BS":["AQ=="]}]},"n":{"N":"1.0"}}');
});

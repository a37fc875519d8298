import assert from "node:assert/strict";
import { test } from "node:test";
import { type EnvelopeAttributes, envelope } from "./envelope.ts";

function textOf(value: Buffer | string | null, attributes: EnvelopeAttributes = {}): string {
  return envelope(typeof value === "string" ? Buffer.from(value) : value, attributes).toString();
}

test("envelope() leaves JSON as it stands: numbers keep their digits and members their order", () => {
  const texts = [
    '{"b":12345678901234567890,"a":1.10}',
    "[1,2]",
    '"text"',
    "-0.50",
    "null",
    ' {"a":1} ',
    '{"a":1,"a":2}',
  ];
  for (const text of texts) assert.equal(textOf(text), `{"value":${text}}`);
});

test("envelope() is one line, however JSON was laid out", () => {
  assert.equal(textOf('{\r\n  "a": "b\\nc"\n}\n'), '{"value":{    "a": "b\\nc" } }');
});

test("envelope() holds text that is no JSON as a string, and bytes that are no text in Base64", () => {
  assert.equal(textOf('plain "text"\n\u0007é'), '{"value":"plain \\"text\\"\\n\\u0007é"}');
  for (const text of ["", " ", "{", "1 2", "NaN", "{'a':1}", "[".repeat(100_000)]) {
    assert.deepEqual(JSON.parse(textOf(text)), { value: text });
  }
  assert.equal(textOf(Buffer.from([0xff, 0x00])), '{"value":{"base64":"/wA="}}');
  assert.equal(
    textOf(Buffer.from([0x22, 0xff, 0x22])),
    '{"value":{"base64":"Iv8i"}}',
    "a JSON string but for its bytes",
  );
  assert.equal(textOf(null), '{"value":null}');
});

test("envelope() holds attributes of every sort", () => {
  const attributes = {
    text: 'a"\ud800',
    number: 1.5,
    big: 12345678901234567890n,
    flag: true,
    nothing: null,
    absent: undefined,
    infinite: Number.POSITIVE_INFINITY,
    invalidTime: new Date(Number.NaN),
    time: new Date(0),
    bytes: Buffer.from("bytes"),
    binary: new Uint8Array([0xff]),
    list: [1, undefined, { a: Buffer.from("b") }],
    map: { 'k"': { __proto__: null, x: 1 } },
  };
  const expected =
    '{"value":1,"text":"a\\"\\ud800","number":1.5,"big":12345678901234567890,"flag":true,"nothing":null,' +
    '"infinite":null,"invalidTime":null,"time":"1970-01-01T00:00:00.000Z","bytes":"bytes","binary":{"base64":"/w=="},' +
    '"list":[1,null,{"a":"b"}],"map":{"k\\"":{"x":1}}}';
  assert.equal(textOf("1", attributes), expected);
});

test("envelope() leaves out what is nested beyond all reason", () => {
  let nested: unknown = "deep";
  for (let depth = 0; depth < 100_000; depth++) nested = [nested];
  const parsed = JSON.parse(textOf("1", { nested })) as { readonly nested: unknown };
  assert.match(JSON.stringify(parsed.nested), /^\[{20,40}null\]{20,40}$/);
});

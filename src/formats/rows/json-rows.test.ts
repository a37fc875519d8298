import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Schema } from "../../model/schema/column-type.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { timestampText } from "./cell-text.ts";
import { type JsonRowOptions, jsonRowReader } from "./json-rows.ts";
import type { Cell, Row } from "./row.ts";

const OPENX: JsonRowOptions = { convertDots: false, caseInsensitive: true, columnToKey: {}, engine: "openx" };
const HIVE: JsonRowOptions = { ...OPENX, engine: "hive" };
const PARSE = "DataFormatConversion.ParseError";
const MALFORMED = "DataFormatConversion.MalformedData";

test("a record gives one row for each of its objects", () => {
  const read = reader({ a: "int", b: "string" });
  assert.deepEqual(read('{"a":1,"b":"x"}'), [[1, "x"]]);
  assert.deepEqual(read('{"a":1}{"b":"y"} \n {"a":2}\n'), [
    [1, null],
    [null, "y"],
    [2, null],
  ]);
  assert.deepEqual(read("{}"), [[null, null]]);
  assert.deepEqual(read('{"c":[1,{"d":null}],"a":null}'), [[null, null]]);
});

test("what is no object at the top is refused, with Firehose's words", () => {
  const read = rejecter({ a: "int" });
  assert.deepEqual(read(""), [MALFORMED, "The record was empty or contained only whitespace."]);
  assert.deepEqual(read(" \r\n"), [MALFORMED, "The record was empty or contained only whitespace."]);
  const primitive = "The input JSON contained a primitive at the top level. The top level must be an object or array.";
  for (const text of ["1", '"a"', "null", "true", '{"a":1} 2']) assert.deepEqual(read(text), [MALFORMED, primitive]);
  assert.equal(read('[{"a":1}]')[0], MALFORMED);
  for (const text of [
    "x",
    '{"a":1',
    '{"a":1}}',
    '{"a":1,}',
    '{"a" 1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":NaN}',
    '{"b":tru}',
  ]) {
    assert.equal(read(text)[0], PARSE, text);
    assert.match(read(text)[1], /^Encountered malformed JSON\. /);
  }
  assert.equal(read('{"b":"\\ud800"}')[0], PARSE);
  assert.equal(read('{"b":"\\x"}')[0], PARSE);
  assert.equal(read('{"b":"\n"}')[0], PARSE);
  assert.equal(read('{"a":"oops"')[0], PARSE, "malformed counts more than misfitting");
  assert.equal(read(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))[0], PARSE);
});

test("values that do not fit are refused with Firehose's words", () => {
  const read = rejecter({ a: "int", s: "struct<x:int>", l: "array<int>" });
  assert.deepEqual(read('{"a":"oops"}'), [MALFORMED, 'Data does not match the schema. For input string: "oops"']);
  const long = "Data does not match the schema. Data is not JSONObject  but java.lang.Long with value 42";
  assert.deepEqual(read('{"s":42}'), [MALFORMED, long]);
  assert.match(read('{"l":"x"}')[1], /Data is not JSONArray {2}but java\.lang\.String with value x$/);
  assert.equal(read('{"a":{}}')[0], MALFORMED);
  assert.equal(read('{"s":{"x":[1]}}')[0], MALFORMED);
});

test("a key that meets its column twice is refused, other keys may repeat", () => {
  const read = rejecter({ a: "int" });
  assert.equal(read('{"a":1,"a":1}')[0], PARSE);
  assert.equal(read('{"a":1,"A":null}')[0], PARSE);
  assert.deepEqual(reader({ a: "int" })('{"b":1,"b":2,"a":3}'), [[3]]);
});

test("keys find their columns", () => {
  const text = '{"Some.Key":1,"timestamp":2,"__proto__":3}';
  assert.deepEqual(reader({ some_key: "int" })(text), [[null]]);
  assert.deepEqual(reader({ some_key: "int" }, { ...OPENX, convertDots: true })(text), [[1]]);
  assert.deepEqual(reader({ ts: "int" }, { ...OPENX, columnToKey: { ts: "TimeStamp" } })(text), [[2]]);
  assert.deepEqual(reader({ ts: "int", timestamp: "int" }, { ...OPENX, columnToKey: { ts: "timestamp" } })(text), [
    [2, null],
  ]);
  assert.deepEqual(reader({ "some.key": "int" }, { ...OPENX, caseInsensitive: false })(text), [[null]]);
  assert.deepEqual(reader({ __proto__x: "int" })(text), [[null]]);
  assert.deepEqual(reader({ s: "struct<Ab:int>" })('{"S":{"aB":5}}'), [[[5]]]);
});

test("integers are whole and within their range", () => {
  accepts("tinyint", { "-128": -128, "127": 127, '"5"': 5, "1e2": 100, "7.0": 7, '"+3"': 3, "-0": 0 });
  refuses("tinyint", ["128", "-129", "1.5", '""', '" 1"', "true", '"0x1"', "1e400", "[]"]);
  accepts("int", { "2147483647": 2147483647, "-2147483648": -2147483648 });
  refuses("int", ["2147483648"]);
  accepts("bigint", { "9223372036854775807": 2n ** 63n - 1n, "-9223372036854775808": -(2n ** 63n), "9e15": 9e15 });
  refuses("bigint", ["9223372036854775808", "9007199254740993.5", "1e19", "1e999999999"]);
  refuses("int", ['"5"'], HIVE);
});

test("floating numbers round to their width", () => {
  accepts("double", { "1.5": 1.5, '"1e3"': 1000, '"NaN"': Number.NaN, '"-Infinity"': -Infinity, "-0": -0 });
  refuses("double", ["1e400", '"abc"', '""', "false", '"1_0"', '"inf"']);
  accepts("float", { "0.1": Math.fround(0.1), "16777217": 16777216 });
  refuses("float", ["3.5e38"]);
});

test("decimals keep every digit and are rounded half up", () => {
  accepts("decimal(38,3)", {
    "12345678901234567.89": 12345678901234567890n,
    '"-99999999999999999999999999999999999.999"': -(10n ** 38n - 1n),
    "1e3": 1000000n,
    "0.0004": 0n,
    "-0.0005": -1n,
  });
  accepts("decimal(3,2)", { "9.994": 999n, "0": 0n });
  refuses("decimal(3,2)", ["9.995", "10", '"x"', "true"]);
});

test("booleans and texts", () => {
  accepts("boolean", { true: true, '"FALSE"': false });
  refuses("boolean", ["1", '"yes"']);
  refuses("boolean", ['"true"'], HIVE);
  accepts("string", { "1.50": "1.50", true: "true", '"\\u0000\\ud83d\\ude00é"': "\0😀é", '""': "" });
  accepts("string", { '{"A": [1.0, {"bC":"D\\""}], "E":{}}': '{"a":[1.0,{"bc":"D\\""}],"e":{}}' });
  refuses("string", ["{}", "[1]"], HIVE);
  accepts("varchar(2)", { '"ab"': "ab", '"😀😀"': "😀😀" });
  refuses("varchar(2)", ['"abc"', "123"]);
  accepts("char(3)", { '"ab   "': "ab" });
  accepts("binary", { '"AP8="': Buffer.from([0, 255]), '""': Buffer.alloc(0) });
  refuses("binary", ['"AP8"', "1"]);
});

test("timestamps and dates", () => {
  const accepted: Record<string, string> = {
    '"2018-08-27T10:30:00Z"': "2018-08-27 10:30:00",
    '"2018-8-7 1:2:3.123456789"': "2018-08-07 01:02:03.123456789",
    '"1969-12-31T23:59:59.5Z"': "1969-12-31 23:59:59.5",
    "1535365800": "2018-08-27 10:30:00",
    "1535365800123": "2018-08-27 10:30:00.123",
    '"1535365800.25"': "2018-08-27 10:30:00.25",
    "-1.5": "1969-12-31 23:59:58.5",
    "-1000000000001": "1938-04-24 22:13:19.999",
    '"0001-01-01 00:00:00"': "0001-01-01 00:00:00",
    '"2000-02-29 00:00:00"': "2000-02-29 00:00:00",
  };
  for (const [json, text] of Object.entries(accepted)) {
    const [[cell] = []] = reader({ a: "timestamp" })(`{"a":${json}}`);
    assert.ok(cell && typeof cell === "object" && "nanos" in cell);
    assert.equal(timestampText(cell), text);
  }
  refuses("timestamp", ['"2018-08-27T10:30:00+00:00"', '"2018-8-27T10:30:00Z"', '"1900-02-29 00:00:00"', "true"]);
  refuses("timestamp", ["999999999999", "1e300", '""', '"2018-08-27T24:00:00Z"']);
  accepts("date", { '"1969-12-31"': -1, '"2018-8-7"': 17750, '"0001-01-01"': -719162, '"9999-12-31"': 2932896 });
  refuses("date", ['"2018-02-30"', "17750", '"2018-08-07T00:00:00Z"']);
});

test("every day of some centuries is that of the engine's calendar", () => {
  const read = reader({ a: "date" });
  fc.assert(
    fc.property(fc.integer({ min: -719162, max: 2932896 }), (days) => {
      const text = new Date(days * 86_400_000).toISOString().slice(0, 10);
      assert.deepEqual(read(`{"a":"${text}"}`), [[days]]);
    }),
  );
});

test("hive reads timestamps as its formats say", () => {
  const read = (formats: string[] | undefined, json: string) =>
    reader({ a: "timestamp" }, formats ? { ...HIVE, timestampFormats: formats } : HIVE)(`{"a":${json}}`)[0]?.[0];
  const at = (epochSeconds: number, nanos = 0) => ({ epochSeconds, nanos });
  assert.deepEqual(read(undefined, '"2018-08-27 10:30:00.5"'), at(1535365800, 500_000_000));
  assert.deepEqual(read(["millis"], "1535365800123"), at(1535365800, 123_000_000));
  assert.deepEqual(read(["millis", "dd/MMM/yyyy:HH:mm:ss Z"], '"27/Aug/2018:12:30:00 +0200"'), at(1535365800));
  assert.deepEqual(read(["yyyy-MM-dd'T'HH:mm:ss.SSSZZ"], '"2018-08-27T10:30:00.250Z"'), at(1535365800, 250_000_000));
  assert.deepEqual(read(["EEE d.M.yy h:mm a"], '"Mon 27.8.18 10:30 PM"'), at(1535365800 + 12 * 3600));
  refuses("timestamp", ["1535365800"], HIVE);
  refuses("timestamp", ['"2018-08-27T10:30:00Z"'], HIVE);
  assert.throws(() => read(["yyyy-QQ"], "1"), /Expected letters of .*got yyyy-QQ/);
});

test("nested values", () => {
  accepts("array<array<int>>", { "[[1,null],[],null]": [[1, null], [], null], null: null });
  accepts("struct<a:int,b:struct<c:string>>", { '{"b":{"c":"x"},"z":1}': [null, ["x"]], "{}": [null, null] });
  accepts("map<string,int>", {
    '{"A":1,"b":null}': { keys: ["a", "b"], values: [1, null] },
    "{}": { keys: [], values: [] },
  });
  accepts("map<int,array<string>>", { '{"1":["x"],"-2":[]}': { keys: [1, -2], values: [["x"], []] } });
  refuses("map<int,int>", ['{"x":1}', "[]"]);
  refuses("map<string,int>", ['{"a":1,"A":2}']);
  refuses("map<int,int>", ['{"1":1,"1.0":2}']);
});

test("depth costs no stack", () => {
  const deep = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
  assert.deepEqual(reader({ a: "int" })(`{"b":${deep},"a":1}`), [[1]]);
  assert.deepEqual(reader({ a: "string" })(`{"a":${deep}}`), [[deep]]);
});

test("what JSON.parse reads, all of it and nothing else, is read with the same values", () => {
  const keys = fc.constantFrom("a", "b", "c", "é", "");
  const anything = fc.dictionary(keys, fc.jsonValue());
  const text = fc
    .tuple(anything, fc.nat(6), fc.nat())
    .map(([value, kind, at]) => mutate(JSON.stringify(value), kind, at));
  const read = jsonRowReader(schemaOf({ a: "string", b: "double" }), OPENX);
  fc.assert(
    fc.property(text, (json) => {
      const parsed = tryParse(json);
      const { rows, reject } = read.read(Buffer.from(json));
      if (parsed === undefined && reject?.code !== PARSE) {
        assert.throws(() => JSON.parse(`[${json.replaceAll(/\}\s*\{/g, "},{")}]`) && 0, json);
      }
      if (rows === undefined || parsed === undefined) return;
      assert.equal(rows.length, 1);
      if (typeof parsed.b === "number") assert.equal(rows[0]?.[1], parsed.b);
      if (typeof parsed.a === "string") assert.equal(rows[0]?.[0], parsed.a);
    }),
    { numRuns: 2000 },
  );
});

function mutate(json: string, kind: number, at: number): string {
  const place = json.length === 0 ? 0 : at % json.length;
  if (kind < 3) return json;
  if (kind === 3) return json.slice(0, place) + json.slice(place + 1);
  const inserted = '{}[],:"\\0-.eé tn';
  return json.slice(0, place) + inserted.charAt(at % inserted.length) + json.slice(place);
}

function tryParse(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function schemaOf(columns: Readonly<Record<string, string>>): Schema {
  return { columns: Object.entries(columns).map(([name, type]) => ({ name, type: parseHiveType(type) })) };
}

function reader(columns: Readonly<Record<string, string>>, options = OPENX): (text: string) => readonly Row[] {
  const { read } = jsonRowReader(schemaOf(columns), options);
  return (text) => {
    const { rows, reject } = read(Buffer.from(text));
    assert.equal(reject, undefined, `${text}: ${reject?.message}`);
    return rows ?? [];
  };
}

function rejecter(
  columns: Readonly<Record<string, string>>,
): (text: string | Buffer) => [code: string, message: string] {
  const { read } = jsonRowReader(schemaOf(columns), OPENX);
  return (text) => {
    const { reject } = read(Buffer.from(text));
    assert.ok(reject, `${text} is refused`);
    return [reject.code, reject.message];
  };
}

function accepts(type: string, cells: Readonly<Record<string, Cell>>): void {
  const read = reader({ a: type });
  for (const [json, cell] of Object.entries(cells))
    assert.deepEqual(read(`{"a":${json}}`), [[cell]], `${type} ${json}`);
}

function refuses(type: string, texts: readonly string[], options = OPENX): void {
  const { read } = jsonRowReader(schemaOf({ a: type }), options);
  for (const json of texts) assert.ok(read(Buffer.from(`{"a":${json}}`)).reject, `${type} ${json}`);
}

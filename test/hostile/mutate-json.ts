import type { Draw } from "../simulation/draw.ts";

/** Values that have broken parsers before: extremes of every type, and names that mean something to JavaScript. */
const STRANGE_JSON: readonly [string, ...string[]] = [
  "null",
  "true",
  '""',
  "0",
  "-1",
  "1e999",
  "-1e999",
  "9007199254740993",
  "123456789012345678901234567890",
  "1.5",
  "[]",
  "{}",
  "[null]",
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"hasOwnProperty":2,"length":1e9}',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"../../../etc/passwd"',
  '"%2e%2e%2f"',
  '"!{timestamp:yyyy"',
  '"!{partitionKeyFromQuery:a}!{firehose:nothing}"',
  '"arn:aws:s3:::.."',
  '"arn:aws:s3:::__proto__"',
];

const NAMES: readonly [string, ...string[]] = [
  "__proto__",
  "constructor",
  "DeliveryStreamName",
  "Record",
  "Records",
  "Data",
  "Tags",
  "",
  "\u0000",
];

/** What may not be JSON at all. */
const BROKEN: readonly [Buffer, ...Buffer[]] = [
  Buffer.from(""),
  Buffer.from("{"),
  Buffer.from("\ufeff{}"),
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.from('{"DeliveryStreamName":"\xc0\xaf"}', "latin1"),
  Buffer.from('{"a":01}'),
  Buffer.from("{'a':1}"),
  Buffer.from("NaN"),
  Buffer.from("null"),
  Buffer.from('"text"'),
  Buffer.alloc(100, "["),
];

const DEPTH = 100_000;

/** A request body made from a valid one: mostly one or two wounds in a body that is otherwise right. */
export function mutatedBody(draw: Draw, valid: object): Buffer {
  const kind = draw.weighted({ intact: 15, wounded: 60, bytes: 14, broken: 9, deep: 1, repeated: 8, long: 3 });
  switch (kind) {
    case "intact":
      return Buffer.from(JSON.stringify(valid));
    case "wounded":
      return Buffer.from(wounded(draw, valid));
    case "bytes":
      return damagedBytes(draw, Buffer.from(JSON.stringify(valid)));
    case "broken":
      return draw.pick(BROKEN);
    case "deep":
      return Buffer.from(deep(draw, valid));
    case "repeated":
      return Buffer.from(repeatedKeys(draw, valid));
    case "long":
      return Buffer.from(replaceAt(valid, draw.between(0, countValues(valid) - 1), longJson(draw)));
  }
}

/** One to three values replaced, or members added under names that objects have of themselves. */
function wounded(draw: Draw, valid: object): string {
  let text = JSON.stringify(valid);
  for (let wounds = draw.between(1, 3); wounds > 0; wounds--) {
    const value = JSON.parse(text) as object;
    if (typeof value !== "object" || value === null) return text;
    if (draw.chance(0.2)) text = `{${JSON.stringify(draw.pick(NAMES))}:${draw.pick(STRANGE_JSON)},${text.slice(1)}`;
    else text = replaceAt(value, draw.between(0, countValues(value) - 1), (current) => strangeFor(draw, current));
    if (!isJson(text)) return text;
  }
  return text;
}

/** Mostly of the same type: what is of another is refused before anything looks at it. */
function strangeFor(draw: Draw, current: unknown): string {
  const type = typeof current === "string" ? '"' : typeof current === "number" ? "-0123456789" : "[{tfn";
  const alike = STRANGE_JSON.filter((text) => type.includes(text.slice(0, 1)));
  const [first, ...rest] = alike;
  return first === undefined || draw.chance(0.3) ? draw.pick(STRANGE_JSON) : draw.pick([first, ...rest]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Bytes flipped, cut out, doubled, or the end missing. */
export function damagedBytes(draw: Draw, bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  const at = draw.between(0, bytes.length - 1);
  const to = Math.min(bytes.length, at + draw.between(1, 20));
  switch (draw.weighted({ flip: 4, cut: 2, end: 3, double: 1, random: 1 })) {
    case "flip": {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << draw.between(0, 7));
      return flipped;
    }
    case "cut":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case "end":
      return bytes.subarray(0, at);
    case "double":
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case "random":
      return draw.random.bytes(draw.between(1, 200));
  }
}

function deep(draw: Draw, valid: object): string {
  const [open, close] = draw.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ['{"lakehose":[', "]}"],
  ]);
  const nested = `${open.repeat(DEPTH)}${close === "]" ? "" : "1"}${close.repeat(draw.chance(0.8) ? DEPTH : 0)}`;
  return draw.chance(0.2) ? nested : replaceAt(valid, draw.between(0, countValues(valid) - 1), nested);
}

function repeatedKeys(draw: Draw, valid: object): string {
  const [name, value] = draw.pick(Object.entries(valid) as [[string, unknown], ...[string, unknown][]]);
  const other = draw.chance(0.5) ? JSON.stringify(value) : draw.pick(STRANGE_JSON);
  return `{${JSON.stringify(name)}:${other},${JSON.stringify(valid).slice(1)}`;
}

function longJson(draw: Draw): string {
  const length = draw.pick([65, 129, 513, 1025, 2049, 70_000]);
  const letter = draw.pick(["a", "/", ".", "é", "𝒳", "a/", "!{timestamp:yyyy}"]);
  const text = JSON.stringify(letter.repeat(length));
  return draw.chance(0.5) ? text : `[${Array.from({ length: Math.min(length, 600) }, () => '"a"').join(",")}]`;
}

function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + countValues(member), 1);
}

/** JSON of `value` with the value that is counted `place` (the whole is 0, then depth first) replaced by the text `by`. */
function replaceAt(value: unknown, place: number, by: string | ((current: unknown) => string)): string {
  let left = place;
  const write = (current: unknown): string => {
    if (left-- === 0) return typeof by === "string" ? by : by(current);
    if (Array.isArray(current)) return `[${current.map(write).join(",")}]`;
    if (typeof current !== "object" || current === null) return JSON.stringify(current);
    return `{${Object.entries(current)
      .map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`)
      .join(",")}}`;
  };
  return write(value);
}

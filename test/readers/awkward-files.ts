import { readFileSync } from "node:fs";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";

/** A file as it comes in the wild, with the rows (`id`, `name`) that every reader has to find in it. */
export interface AwkwardFile {
  readonly name: string;
  readonly content: string | Buffer;
  readonly rows: readonly (readonly [id: number, name: string | null])[];
}

const ADA = '{"id":1,"name":"Ada"}';
const BOB = '{"ID":2,"Name":"Köln"}';
const TWO = [
  [1, "Ada"],
  [2, "Köln"],
] as const;

const files = (rows: AwkwardFile["rows"], contents: Readonly<Record<string, string | Buffer>>): AwkwardFile[] =>
  Object.entries(contents).map(([name, content]) => ({ name, content, rows }));

function members(separator: string, last: string): Buffer {
  const packed = [`${ADA}\n`, "", BOB].map((text) => gzipSync(text));
  return Buffer.concat(packed.flatMap((one, at) => [one, Buffer.from(at < 2 ? separator : last)]));
}

/** Rows of other programs' files: `test/fixtures/crawler/generate.py`. */
const fixture = (name: string) => readFileSync(new URL(`../fixtures/crawler/${name}`, import.meta.url));
const THREE = [
  [1, "Ada"],
  [2, "Bob"],
  [3, null],
] as const;

export const awkwardFiles: readonly AwkwardFile[] = [
  ...files(TWO, {
    "lf.json": `${ADA}\n${BOB}\n`,
    crlf: `${ADA}\r\n${BOB}\r\n`,
    "no-last-line-break.log": `${ADA}\n${BOB}`,
    "blank-lines.json": `\n\r\n${ADA}\n\n  \r\n${BOB}\n\n`,
    "byte-order-mark.json": `\uFEFF${ADA}\r\n${BOB}`,
    "glued.json": ADA + BOB,
    "glued-with-blanks.json": `${ADA}  ${BOB} `,
    "spread.json": `{\n  "id": 1,\r\n  "name": "Ada"\n}\n{\n"ID":2,"Name":\n"Köln"}`,
    "array.json": `[${ADA},\n${BOB}]`,
    "array-spread.json": `[\n  ${ADA}\n  ,\n  ${BOB}\n]\n`,
    "plain.gz": `${ADA}\n${BOB}\n`,
    "packed.json": gzipSync(`${ADA}\r\n${BOB}`),
    packed: gzipSync(ADA + BOB),
    "members-nothing.gz": members("", ""),
    "members-lf": members("\n", ""),
    "members-lf-last.json": members("\n", "\n"),
    "members-crlf.gz": members("\r\n", "\r\n"),
    "zstd.gz": zstdCompressSync(`${ADA}\n${BOB}\n`),
    "members.zst": Buffer.concat([zstdCompressSync(`${ADA}\n`), zstdCompressSync(BOB)]),
  }),
  ...files(THREE, {
    "lines.bz2": fixture("lines.bz2"),
    "lines.zip": fixture("lines.zip"),
    "framed.json": fixture("framed.sz"),
    "hadoop.snappy": fixture("hadoop.snappy"),
  }),
  ...files([...THREE, ...THREE], { "two-streams.bz2": Buffer.concat([fixture("lines.bz2"), fixture("lines.bz2")]) }),
  ...files(TWO, {
    "lf.csv": "id,name\n1,Ada\n2,Köln\n",
    "crlf.csv": "id,name\r\n1,Ada\r\n2,Köln\r\n",
    "no-last-line-break.csv": "id,name\n1,Ada\n2,Köln",
    "byte-order-mark.csv": "\uFEFFid,name\r\n1,Ada\r\n2,Köln\r\n",
    "packed.csv": gzipSync("id,name\r\n1,Ada\r\n2,Köln\r\n"),
    "quoted.csv": 'id,name\r\n1,"Ada"\r\n2,"Köln"\r\n',
    "semicolons.txt": '"id";"name"\n1;Ada\n2;"Köln"\n',
    "tabs.tsv": "id\tname\n1\tAda\n2\tKöln\n",
    "last-blank.csv": "id,name\n1,Ada\n2,Köln\n\n",
  }),
  ...files([[1, 'a, "b"\r\nc'], ...TWO.slice(1)], {
    "quoted-lines.csv": 'id,name\r\n1,"a, ""b""\r\nc"\r\n2,Köln\r\n',
  }),
];

/** Names a raw deflate stream has not: what is no gzip member is no part of one. */
export const brokenFiles: readonly Omit<AwkwardFile, "rows">[] = [
  { name: "cut.gz", content: gzipSync(`${ADA}\n`.repeat(50)).subarray(0, -9) },
  { name: "tail.gz", content: Buffer.concat([gzipSync(ADA), Buffer.from("\n\nrest")]) },
  { name: "raw-deflate", content: deflateRawSync(`${ADA}\n`.repeat(50)) },
];

import assert from "node:assert/strict";
import { test } from "node:test";
import { addMetadata } from "./add-metadata.ts";
import type { Conversion } from "./conversion.ts";
import { csvToJson } from "./csv-to-json.ts";
import { type LogFormat, logToJson } from "./log-to-json.ts";
import { singleLine } from "./single-line.ts";

const convert = (conversion: Conversion, text: string) => conversion(Buffer.from(text))?.toString();

function parse(logFormat: LogFormat, line: string): unknown {
  const json = convert(logToJson({ logFormat, jsonFormat: "COMPACT" }), `${line}\n`);
  return json === undefined ? undefined : Object.values(JSON.parse(json));
}

test("SINGLELINE trims the lines of a record and joins them by nothing", () => {
  assert.equal(convert(singleLine, '  {\n\t"a": 1,\r\n  "b": " x "\n}\n'), '{"a": 1,"b": " x "}\n');
});

test("SINGLELINE leaves kinds of space alone that Java's trim does not know", () => {
  assert.equal(convert(singleLine, "\u00a0x\u00a0\n"), "\u00a0x\u00a0\n");
});

test("CSVTOJSON: values stay text, missing and empty last columns are null, too many are left out", () => {
  const csv = csvToJson({ fieldNames: ["a", "b", "c"], delimiter: ",", jsonFormat: "COMPACT" });
  assert.equal(convert(csv, "1,x,true\n"), '{"a":"1","b":"x","c":"true"}\n');
  assert.equal(convert(csv, "1,,\n"), '{"a":"1","b":null,"c":null}\n');
  assert.equal(convert(csv, "1,,3,4"), '{"a":"1","b":"","c":"3"}\n');
});

test("CSVTOJSON: the delimiter is a regular expression", () => {
  const csv = csvToJson({ fieldNames: ["a", "b"], delimiter: "\\|", jsonFormat: "PRETTYPRINT" });
  assert.equal(convert(csv, "1|2\n"), '{\n  "a": "1",\n  "b": "2"\n}\n');
});

test("LOGTOJSON COMMONAPACHELOG: a dash is null, what follows is left out", () => {
  const line = '64.242.88.10 - - [07/Mar/2004:16:10:02 -0800] "GET /mailman HTTP/1.1" 200 6291';
  const fields = ["64.242.88.10", null, null, "07/Mar/2004:16:10:02 -0800", "GET /mailman HTTP/1.1", "200", "6291"];
  assert.deepEqual(parse("COMMONAPACHELOG", line), fields);
  assert.deepEqual(parse("COMMONAPACHELOG", `${line} more`), fields);
  assert.equal(parse("COMMONAPACHELOG", "no log line"), undefined);
});

test("LOGTOJSON COMBINEDAPACHELOG has referer and agent", () => {
  const line = '::1 - bob [07/Mar/2004:16:10:02 +0000] "GET / HTTP/1.1" 304 - "-" "Mozilla/5.0 (X11)"';
  const time = "07/Mar/2004:16:10:02 +0000";
  const fields = ["::1", null, "bob", time, "GET / HTTP/1.1", "304", null, null, "Mozilla/5.0 (X11)"];
  assert.deepEqual(parse("COMBINEDAPACHELOG", line), fields);
});

test("LOGTOJSON APACHEERRORLOG: module and thread may be absent", () => {
  const full =
    "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:4711] File does not exist";
  const time = "Fri Sep 09 10:42:29.902022 2011";
  const wanted = [time, "core", "error", "35708", "4328636416", "72.15.99.187:4711", "File does not exist"];
  assert.deepEqual(parse("APACHEERRORLOG", full), wanted);
  const bare = "[Fri Sep 09 10:42:29 2011] [error] [pid 1] [client a.example] x";
  assert.deepEqual(parse("APACHEERRORLOG", bare), [
    "Fri Sep 09 10:42:29 2011",
    null,
    "error",
    "1",
    null,
    "a.example",
    "x",
  ]);
});

test("LOGTOJSON SYSLOG and RFC3339SYSLOG", () => {
  const wanted = ["Mar 12 12:27:00", "server3", "named", "32172", "lame server resolving"];
  assert.deepEqual(parse("SYSLOG", "Mar 12 12:27:00 server3 named[32172]: lame server resolving"), wanted);
  const time = "2003-10-11T22:14:15.003Z";
  assert.deepEqual(parse("RFC3339SYSLOG", `${time} host su: - failed`), [time, "host", "su", null, "- failed"]);
});

test("LOGTOJSON with a pattern of one's own needs a name for each group", () => {
  const options = { logFormat: "COMMONAPACHELOG", jsonFormat: "COMPACT", matchPattern: "(\\w+)=(\\w+)" } as const;
  const custom = logToJson({ ...options, fieldNames: ["key", "value"] });
  assert.equal(convert(custom, "a=1\n"), '{"key":"a","value":"1"}\n');
  assert.equal(convert(custom, "a=1 and more\n"), undefined, "all of the line has to match");
  assert.throws(() => logToJson({ ...options, fieldNames: ["key"] }), /1 field names for 2 groups/);
  assert.throws(() => logToJson({ ...options, matchPattern: "(a)++" }), /outside of Java/);
});

test("ADDMETADATA puts the text beside fixed members", () => {
  assert.equal(convert(addMetadata({ host: "a" }, "COMPACT"), "x\n"), '{"metadata":{"host":"a"},"data":"x"}\n');
});

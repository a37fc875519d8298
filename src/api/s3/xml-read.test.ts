import assert from "node:assert/strict";
import { test } from "node:test";
import { S3Error } from "./s3-error.ts";
import { childrenOf, parseXml, textOf } from "./xml-read.ts";
import { xmlDocument } from "./xml-write.ts";

const refused = (document: string) => () => parseXml(document);
const isMalformed = (error: unknown) => error instanceof S3Error && error.code === "MalformedXML";

test("parseXml() reads elements, text, entities, CDATA and what is passed over", () => {
  const document = `\u{feff}<?xml version="1.0"?><!-- list --><s3:Delete xmlns:s3="http://x/" a='1'>
    <Object><Key>a &amp; &lt;b&gt; &quot;&apos; &#228;&#x1F600;</Key></Object>
    <Object><Key><![CDATA[<raw> & ]]]]><![CDATA[>]]></Key></Object><Quiet/></s3:Delete>
    `;
  const root = parseXml(document);
  assert.equal(root.name, "Delete");
  const keys = childrenOf(root, "Object").map((object) => textOf(object, "Key"));
  assert.deepEqual(keys, ["a & <b> \"' ä😀", "<raw> & ]]>"]);
  assert.equal(textOf(root, "Quiet"), "");
});

test("parseXml() reads back what xmlDocument() writes, control characters too", () => {
  const key = "<&>\"' \u0001\r\n\t é";
  assert.equal(textOf(parseXml(xmlDocument(["A", [["Key", key]]])), "Key"), key);
});

test("parseXml() refuses what is not well-formed, has a DOCTYPE, or is deep", () => {
  const documents = [
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b/>",
    "<a/>text",
    "<a b=c/>",
    "<a>&unknown;</a>",
    "<a>& </a>",
    "<a>&#xD800;</a>",
    "<a>&#x110000;</a>",
    "<a><![CDATA[</a>",
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    "<a>".repeat(17) + "</a>".repeat(17),
  ];
  for (const document of documents) assert.throws(refused(document), isMalformed, document);
});

test("parseXml() takes no more than straight time for hostile documents", () => {
  const bytes = 1_000_000;
  for (const piece of ["<", "<a", "<a ", "&", "<!--", "<![CDATA[", "<?"]) {
    const startedAt = performance.now();
    assert.throws(refused(`<a>${piece.repeat(bytes / piece.length)}`), isMalformed, piece);
    assert.ok(performance.now() - startedAt < 2_000, piece);
  }
});

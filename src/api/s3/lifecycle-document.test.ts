import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRules, type LifecycleRule } from "../../jobs/lifecycle/lifecycle-rule.ts";
import { rulesDocument, rulesFromDocument } from "./lifecycle-document.ts";
import { s3ErrorOf } from "./s3-error.ts";
import { parseXml } from "./xml-read.ts";
import { xmlDocument } from "./xml-write.ts";

const read = (rules: string) =>
  rulesFromDocument(parseXml(`<LifecycleConfiguration xmlns="x">${rules}</LifecycleConfiguration>`));
const ruleOf = (inner: string) => `<Rule><ID>r</ID><Status>Enabled</Status>${inner}</Rule>`;
const EXPIRE = "<Expiration><Days>1</Days></Expiration>";

/** The code that S3 would answer to this rule. */
function codeOf(rules: string): string | undefined {
  try {
    checkRules(read(rules));
    return undefined;
  } catch (error) {
    return s3ErrorOf(error)?.code ?? String(error);
  }
}

test("rulesFromDocument() reads everything that a rule may say", () => {
  const document = `
    <Rule><ID>first</ID><Status>Enabled</Status>
      <Filter><And><Prefix>logs/&amp;</Prefix>
        <Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value></Value></Tag>
        <ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>64000</ObjectSizeLessThan></And></Filter>
      <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>
      <Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>
      <Expiration><Days>365</Days></Expiration></Rule>
    <Rule><ID>second</ID><Filter></Filter><Status>Disabled</Status>
      <Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>
      <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
    <Rule><ID>third</ID><Prefix>old/</Prefix><Status>Enabled</Status>${EXPIRE}</Rule>`;
  const expected: LifecycleRule[] = [
    {
      id: "first",
      enabled: true,
      filter: { prefix: "logs/&", tags: { a: "1", b: "" }, largerThanBytes: 500, smallerThanBytes: 64_000 },
      expiration: { days: 365 },
      transitions: [
        { due: { days: 30 }, storageClass: "STANDARD_IA" },
        { due: { days: 90 }, storageClass: "GLACIER" },
      ],
      abortUploadsAfterDays: undefined,
    },
    {
      id: "second",
      enabled: false,
      filter: { prefix: "", tags: {}, largerThanBytes: undefined, smallerThanBytes: undefined },
      expiration: { atMs: Date.UTC(2030, 0, 1) },
      transitions: [],
      abortUploadsAfterDays: 7,
    },
    {
      id: "third",
      enabled: true,
      filter: { prefix: "old/", tags: {} },
      expiration: { days: 1 },
      transitions: [],
      abortUploadsAfterDays: undefined,
    },
  ];
  const rules = read(document);
  assert.deepEqual(rules, expected);
  checkRules(rules);
  const again = rulesFromDocument(parseXml(xmlDocument(rulesDocument(rules))));
  assert.deepEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(rules)));
});

test("rulesFromDocument() gives a rule without an id one of its own, the same each time", () => {
  const rule = `<Rule><Status>Enabled</Status><Filter/>${EXPIRE}</Rule>`;
  const [first] = read(rule);
  assert.match(first?.id ?? "", /^[\w-]{43}$/);
  assert.deepEqual(read(rule), [first]);
});

test("a rule that S3 would refuse is refused with S3's code", () => {
  const refusals: [rules: string, code: string][] = [
    ["", "InvalidArgument"],
    [ruleOf("<Filter/>"), "InvalidRequest"],
    [ruleOf(EXPIRE), "MalformedXML"],
    [ruleOf(`<Filter/><Prefix/>${EXPIRE}`), "MalformedXML"],
    [`<Rule><Filter/>${EXPIRE}</Rule>`, "MalformedXML"],
    [`<Rule><Status>On</Status><Filter/>${EXPIRE}</Rule>`, "MalformedXML"],
    [ruleOf(`<Filter><Prefix>a</Prefix><Tag><Key>a</Key><Value/></Tag></Filter>${EXPIRE}`), "MalformedXML"],
    [ruleOf(`<Filter><Suffix>a</Suffix></Filter>${EXPIRE}`), "MalformedXML"],
    [ruleOf("<Filter/><Expiration/>"), "MalformedXML"],
    [ruleOf("<Filter/><Expiration><Days>x</Days></Expiration>"), "MalformedXML"],
    [ruleOf("<Filter/><Expiration><Days>-1</Days></Expiration>"), "MalformedXML"],
    [ruleOf("<Filter/><Expiration><Days>0</Days></Expiration>"), "InvalidArgument"],
    [ruleOf("<Filter/><Expiration><Days>1</Days><Date>2030-01-01</Date></Expiration>"), "MalformedXML"],
    [ruleOf("<Filter/><Expiration><Date>soon</Date></Expiration>"), "MalformedXML"],
    [ruleOf("<Filter/><Expiration><Date>2030-01-01T01:00:00Z</Date></Expiration>"), "InvalidArgument"],
    [ruleOf("<Filter/><Transition><Days>1</Days><StorageClass>STANDARD</StorageClass></Transition>"), "MalformedXML"],
    [
      ruleOf(`<Filter/><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>${EXPIRE}`),
      "InvalidArgument",
    ],
    [`${ruleOf(`<Filter/>${EXPIRE}`)}${ruleOf(`<Filter/>${EXPIRE}`)}`, "InvalidArgument"],
    [
      ruleOf(
        "<Filter><Tag><Key>a</Key><Value/></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
      ),
      "InvalidArgument",
    ],
    [
      ruleOf("<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"),
      "NotImplemented",
    ],
  ];
  for (const [rules, code] of refusals) assert.equal(codeOf(rules), code, rules);
  assert.equal(codeOf(ruleOf(`<Filter/>${EXPIRE}`)), undefined);
});

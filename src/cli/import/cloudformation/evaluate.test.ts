import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../../std/json.ts";
import { ImportNotes } from "../imported.ts";
import { parseFile } from "../parse-file.ts";
import { Evaluator } from "./evaluate.ts";
import { stackOf } from "./stack.ts";

const TEMPLATE = `
Parameters:
  Name: { Type: String, Default: orders }
  Secret: { Type: String, NoEcho: true }
  Zones: { Type: CommaDelimitedList, Default: "a, b,c" }
Mappings:
  Sizes: { small: { MB: 5 } }
Conditions:
  IsOrders: !Equals [!Ref Name, orders]
  Never: !Not [!Condition IsOrders]
  Loop: !Not [!Condition Loop]
Resources:
  Lake: { Type: "AWS::S3::Bucket", Properties: { BucketName: the-lake } }
  Nameless: { Type: "AWS::S3::Bucket" }
  Topic: { Type: "AWS::SNS::Topic" }
`;

/** What a place of a template comes to, and why not where it comes to nothing. */
function evaluated(
  text: string,
  given: Record<string, string> = {},
): { value: JsonValue | undefined; notes: string[] } {
  const notes = new ImportNotes();
  const template = parseFile(`${TEMPLATE}\nValue: ${text}`, "t.yaml") as JsonObject;
  const value = new Evaluator(stackOf(template, given), notes).property(template.Value ?? null, "Value");
  return { value, notes: notes.all().map(({ at, message }) => `${at}: ${message}`) };
}

const KNOWN: readonly [string, JsonValue][] = [
  ["!Ref Name", "orders"],
  ["{ Ref: Name }", "orders"],
  ["!Ref Lake", "the-lake"],
  ["!GetAtt Lake.Arn", "arn:aws:s3:::the-lake"],
  ["!GetAtt [Lake, Arn]", "arn:aws:s3:::the-lake"],
  [`!Sub "s3://\${Lake}/\${Name}/\${!literal}"`, `s3://the-lake/orders/\${literal}`],
  [`!Sub ["\${A}-\${Lake.Arn}", { A: !Ref Name }]`, "orders-arn:aws:s3:::the-lake"],
  ["!Join ['/', [a, !Ref Name, 3]]", "a/orders/3"],
  ["!Select [2, !Ref Zones]", "c"],
  ["!Split [':', 'a:b']", ["a", "b"]],
  ["!FindInMap [Sizes, small, MB]", 5],
  ["!If [IsOrders, yes, no]", "yes"],
  ["!If [Never, yes, !Ref Name]", "orders"],
  ["{ a: !If [Never, 1, !Ref AWS::NoValue], b: [!Ref AWS::NoValue, 2] }", { b: [2] }],
  ["!Base64 abc", "YWJj"],
  ["{ Ref: Name, Other: 1 }", { Ref: "Name", Other: 1 }],
];

for (const [text, expected] of KNOWN) {
  test(`Evaluator knows ${text}`, () => {
    assert.deepEqual(evaluated(text), { value: expected, notes: [] });
  });
}

const UNKNOWN: readonly [string, RegExp][] = [
  ["!Ref Secret", /the parameter Secret has no default: give it as --parameter Secret=VALUE/],
  ["!Ref Nobody", /neither a parameter nor a resource Nobody/],
  ["!Ref Topic", /Topic \(AWS::SNS::Topic\) is known to the live stack only/],
  ["!GetAtt Lake.DomainName", /DomainName of Lake is known to the live stack only/],
  ["!ImportValue shared", /shared is exported by another stack/],
  ["!GetAZs ''", /Fn::GetAZs is answered by the live stack only/],
  ["!Select [9, !Ref Zones]", /asks for an element that is not there/],
  ["!Join ['', !Ref Name]", /expected a list, got "orders"/],
  ["!FindInMap [Sizes, small, GB]", /no mapping Sizes\.small\.GB/],
  ["!If [Loop, 1, 2]", /nested too deeply, or refer to themselves/],
  ["'{{resolve:secretsmanager:db:SecretString:password}}'", /resolved by the live stack only/],
  [`!Sub "x{{resolve:ssm:\${Name}}}"`, /resolved by the live stack only/],
];

for (const [text, reason] of UNKNOWN) {
  test(`Evaluator does not know ${text}, says why, and keeps what stands beside it`, () => {
    const { value, notes } = evaluated(`{ whole: ${text}, beside: 1 }`);
    assert.deepEqual(value, { beside: 1 });
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", reason);
  });
}

test("Evaluator ends where conditions double their work at each level", () => {
  const levels = Array.from(
    { length: 60 },
    (_, level) => `  D${level + 1}: !And [!Condition D${level}, !Condition D${level}]`,
  );
  const text = `Conditions:\n  D0: !Equals [1, 1]\n${levels.join("\n")}\n`;
  const template = parseFile(text, "t.yaml") as JsonObject;
  const notes = new ImportNotes();
  const value = new Evaluator(stackOf(template, {}), notes).property({ "Fn::If": ["D60", 1, 2] }, "Value");
  assert.equal(value, undefined);
  assert.match(notes.all()[0]?.message ?? "", /nested too deeply/);
});

test("Evaluator notes each name that it made up, once", () => {
  const { value, notes } = evaluated("[!Ref Nameless, !GetAtt Nameless.Arn, !Ref AWS::Region]");
  assert.deepEqual(value, ["nameless", "arn:aws:s3:::nameless", "us-east-1"]);
  assert.deepEqual(
    notes.filter((note) => note.startsWith("Resources")),
    ['Resources.Nameless: "nameless" as its name: the template gives none'],
  );
  assert.deepEqual(evaluated("!Ref AWS::Region", { "AWS::Region": "eu-west-1" }), { value: "eu-west-1", notes: [] });
});

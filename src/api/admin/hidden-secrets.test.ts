import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { namedSecretSchema } from "../../model/secret.ts";
import { HIDDEN, withoutHidden, withoutSecrets } from "./hidden-secrets.ts";

const schema = z.strictObject({
  url: z.string(),
  key: namedSecretSchema("Key.").optional(),
  ca: namedSecretSchema("Authority.")
    .optional()
    .meta({ examples: ["PEM"] }),
  auth: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("basic"), user: z.string(), password: namedSecretSchema("Password.") }),
      z.strictObject({ type: z.literal("token"), token: namedSecretSchema("Token.") }),
    ])
    .optional(),
  tls: z.union([z.literal("off"), z.strictObject({ authorities: namedSecretSchema("PEM.").optional() })]).prefault({}),
  headers: z.record(z.string(), namedSecretSchema("Value.")).optional(),
  more: z.array(z.strictObject({ key: namedSecretSchema("Key.") })).default([]),
});

test("withoutSecrets hides what is written out, however deep, and shows names of secrets", () => {
  const shown = withoutSecrets(
    {
      url: "http://a",
      key: "s3cret",
      ca: "s3cret",
      auth: { type: "basic", user: "u", password: "s3cret" },
      tls: { authorities: "s3cret" },
      headers: { "X-Key": "s3cret", "X-Named": { secret: "collector" } },
      more: [{ key: "s3cret" }, { key: { secret: "other" } }],
      stranger: 1,
    },
    schema,
  );
  assert.deepEqual(shown, {
    url: "http://a",
    key: HIDDEN,
    ca: HIDDEN,
    auth: { type: "basic", user: "u", password: HIDDEN },
    tls: { authorities: HIDDEN },
    headers: { "X-Key": HIDDEN, "X-Named": { secret: "collector" } },
    more: [{ key: HIDDEN }, { key: { secret: "other" } }],
    stranger: 1,
  });
  assert.deepEqual(withoutSecrets({ url: "http://a", tls: "off" }, schema), { url: "http://a", tls: "off" });
});

test("withoutHidden gives what is hidden its value back, and leaves what has none", () => {
  const stored = { key: "s3cret", auth: { type: "basic", user: "u", password: "p4ss" }, more: [{ key: "first" }] };
  const given = {
    key: HIDDEN,
    auth: { type: "basic", user: "other", password: HIDDEN },
    more: [{ key: HIDDEN }, { key: HIDDEN }],
  };
  assert.deepEqual(withoutHidden(given, stored), {
    key: "s3cret",
    auth: { type: "basic", user: "other", password: "p4ss" },
    more: [{ key: "first" }, { key: HIDDEN }],
  });
});

test("withoutHidden finds entries by their names where they have some", () => {
  const stored = [
    { name: "a", key: "of-a" },
    { name: "b", key: "of-b" },
  ];
  const given = [
    { name: "new", key: HIDDEN },
    { name: "b", key: HIDDEN },
    { name: "a", key: HIDDEN },
  ];
  assert.deepEqual(withoutHidden(given, stored), [
    { name: "new", key: HIDDEN },
    { name: "b", key: "of-b" },
    { name: "a", key: "of-a" },
  ]);
});

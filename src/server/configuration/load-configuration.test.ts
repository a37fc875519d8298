import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { test } from "node:test";
import { ConfigurationError } from "./configuration-error.ts";
import { loadConfiguration, parseConfiguration } from "./load-configuration.ts";

const parse = (text: string, environment: Record<string, string> = {}) =>
  parseConfiguration(text, { path: "lakehose.yaml", environment });

function messageOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return assert.fail(`accepted:\n${text}`);
}

test("parseConfiguration makes a working configuration of nothing", () => {
  const configuration = parse("");
  assert.equal(configuration.host, "127.0.0.1");
  assert.equal(configuration.port, 4573);
  assert.equal(configuration.storage.default, "local");
  assert.equal(configuration.limits.recordBytes, 1_024_000);
  assert.deepEqual(configuration.streams, []);
});

test("parseConfiguration points at line and path of each mistake", () => {
  const text =
    "port: 4573\nlimits:\n  recordBytes: 64 parsecs\naccessKeys:\n  - accessKeyId: k1\n    secretAccessKey: s\n";
  const [first = "", second = ""] = messageOf(text).split("\n");
  assert.match(first, /^lakehose\.yaml:5: accessKeys\[0\]\.accessKeyId: expected 3 to 128/);
  assert.match(second, /^lakehose\.yaml:3: limits\.recordBytes: .*size with a unit/);
});

test("parseConfiguration merges what streams have in common", () => {
  const { streams } = parse(`
streams:
  - { DeliveryStreamName: a, ExtendedS3DestinationConfiguration: &lake { BucketARN: "arn:aws:s3:::lake" } }
  - DeliveryStreamName: b
    ExtendedS3DestinationConfiguration: { <<: *lake, Prefix: b/ }
`);
  const [, second] = streams as { ExtendedS3DestinationConfiguration?: unknown }[];
  assert.deepEqual(second?.ExtendedS3DestinationConfiguration, { BucketARN: "arn:aws:s3:::lake", Prefix: "b/" });
});

test("parseConfiguration refuses names that it does not know", () => {
  assert.match(messageOf("prot: 4573\n"), /lakehose\.yaml.*prot/);
});

test("parseConfiguration says what is wrong inside the variant that was meant", () => {
  assert.match(messageOf("tls:\n  selfSigned: true\n  names: [1]\n"), /^lakehose\.yaml:3: tls\.names\[0\]: /);
});

test("parseConfiguration names the place of broken YAML", () => {
  assert.match(messageOf("port: [1\n"), /lakehose\.yaml: .*line 2/s);
  assert.match(messageOf("- port\n"), /expected names with values/);
});

test("parseConfiguration refuses to listen beyond this machine without keys, and allows it with one", () => {
  assert.match(messageOf("host: 0.0.0.0\n"), /reachable from other machines.*Add accessKeys/);
  const keyed = parse("host: 0.0.0.0\naccessKeys: [{ accessKeyId: AKIDEXAMPLE, secretAccessKey: s3cret }]\n");
  assert.deepEqual(keyed.accessKeys[0]?.allow, [{ actions: ["*"], resources: ["*"] }]);
});

test("parseConfiguration reads secrets from the environment and from files beside the configuration", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-configuration-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "secret.txt"), "from-file\n");
  writeFileSync(join(folder, "master.key"), "ab".repeat(32));
  const text = [
    "accessKeys:",
    "  - { accessKeyId: first, secretAccessKey: { env: THE_SECRET } }",
    "  - { accessKeyId: second, secretAccessKey: { file: secret.txt } }",
    "encryption: { file: master.key }",
  ].join("\n");
  const options = { path: join(folder, "lakehose.yaml"), environment: { THE_SECRET: "from-environment" } };
  const configuration = parseConfiguration(text, options);
  assert.deepEqual(
    configuration.accessKeys.map(({ secretAccessKey }) => secretAccessKey),
    ["from-environment", "from-file"],
  );
  assert.equal(configuration.keyRing?.currentId, 1);
  assert.match(messageOf(text), /accessKeys\[0\]\.secretAccessKey: .*THE_SECRET, which is not set/);
});

test("parseConfiguration takes streams as AWS has them, with a lakehose section", () => {
  const { streams } = parse(
    "streams:\n  - DeliveryStreamName: clicks\n    ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::lake' }\n    lakehose: { roll-at: 08:30 Europe/London }\n",
  );
  assert.equal(streams[0]?.DeliveryStreamName, "clicks");
  assert.deepEqual(streams[0]?.lakehose, { "roll-at": "08:30 Europe/London" });
});

test("loadConfiguration puts flags before environment before file", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-configuration-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "lakehose.yaml");
  writeFileSync(config, "port: 1\nhost: localhost\ndata: from-file\n");
  const environment = { LAKEHOSE_CONFIG: config, LAKEHOSE_PORT: "2", LAKEHOSE_DATA: "/from-environment" };
  const configuration = loadConfiguration({ data: "/from-flag" }, environment);
  assert.equal(configuration.port, 2);
  assert.equal(configuration.host, "localhost");
  assert.equal(configuration.data, "/from-flag");
});

test("loadConfiguration says how a missing file and a bad port were named", () => {
  assert.throws(
    () => loadConfiguration({ config: "/nowhere/lakehose.yaml" }, {}),
    /nowhere\/lakehose\.yaml \(--config/,
  );
  assert.throws(() => loadConfiguration({ port: "http" }, {}), /--port .*got "http"/);
});

test("parseConfiguration tells functions in folders, on Lambda and behind addresses apart", () => {
  const text = [
    "functions:",
    "  enrich: { folder: functions/enrich, timeout: 2m, memory: 1GB, layers: [layers/common] }",
    "  scrub: { lambda: true, region: eu-west-1 }",
    "  score: { url: 'http://127.0.0.1:8080/score', headers: { x-key: { env: SCORE_KEY } }, timeout: 10 }",
  ].join("\n");
  const { functions } = parse(text, { SCORE_KEY: "s3cret" });
  const { enrich, scrub, score } = functions;
  assert.ok(enrich?.type === "local" && isAbsolute(enrich.folder));
  assert.equal(enrich.overrides.timeout, 120);
  assert.equal(enrich.overrides.memory, 1024);
  assert.deepEqual(enrich.overrides.layers?.map(isAbsolute), [true]);
  const remote = { timeoutSeconds: 300, payloadBytesMax: 6 * 1024 * 1024 };
  assert.deepEqual(scrub, { type: "lambda", region: "eu-west-1", ...remote });
  const url = "http://127.0.0.1:8080/score";
  assert.deepEqual(score, { type: "url", url, headers: { "x-key": "s3cret" }, ...remote, timeoutSeconds: 10 });
  assert.match(
    messageOf("functions:\n  f: { folder: f, timeout: soon }\n"),
    /:2: functions\.f\.timeout: expected seconds/,
  );
  assert.match(
    messageOf("functions:\n  f: { url: 'http://h', timeout: 400 }\n"),
    /functions\.f\.timeout: .*at most 300/,
  );
});

test("parseConfiguration reads the secrets of hooks, and says which one it cannot find", () => {
  const text = `
hooks:
  payments: { stream: s, signature: stripe, secrets: [{ env: FORMER }, { env: NEXT }] }
  own: { stream: s, signature: { header: X-Signature, prefix: "v1=" }, secrets: [written], headers: [X-Topic] }
`;
  const [payments, own] = parse(text, { FORMER: "a", NEXT: "b" }).hooks;
  assert.deepEqual([payments?.name, payments?.secrets, payments?.toleranceSeconds], ["payments", ["a", "b"], 300]);
  assert.deepEqual(own?.signature, { header: "x-signature", encoding: "hex", prefix: "v1=" });
  assert.deepEqual([own?.secrets, own?.headers], [["written"], ["x-topic"]]);
  assert.throws(() => parse(text, { FORMER: "a" }), /hooks\.payments\.secrets\[1\]: expected a secret in .* NEXT/);
});

test("parseConfiguration refuses hooks that prove nothing or that nobody can call", () => {
  const hook = (parts: string) => `hooks: { h: { stream: s, signature: github, secrets: [x], ${parts} } }`;
  assert.match(messageOf("hooks: { h: { stream: s, signature: github, secrets: [] } }"), /hooks\.h\.secrets/);
  assert.match(messageOf('hooks: { h: { stream: s, signature: github, secrets: [""] } }'), /hooks\.h\.secrets\[0\]/);
  assert.match(messageOf("hooks: { h: { stream: s, signature: gitlab, secrets: [x] } }"), /hooks\.h\.signature/);
  assert.match(messageOf("hooks: { a/b: { stream: s, signature: github, secrets: [x] } }"), /letters, digits, dots/);
  assert.match(messageOf(hook("id: { field: a..b }")), /hooks\.h\.id\.field: .*expected a name/);
  assert.match(messageOf(hook("id: { header: 'a b' }")), /hooks\.h\.id\.header: expected the name of a header/);
});

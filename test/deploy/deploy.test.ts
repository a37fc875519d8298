import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfiguration } from "../../src/server/configuration/load-configuration.ts";
import { yaml } from "../../src/std/yaml.ts";
import { temporaryFolder } from "../journeys/journey.ts";

/**
 * deploy/ as far as it can be looked at without an engine: no image is built here and no cluster is asked. The service file
 * needs systemd's own checker, the chart needs helm (LAKEHOSE_HELM names it).
 */

const ROOT = join(import.meta.dirname, "..", "..");
const SECRETS = { LAKEHOSE_PRODUCER_SECRET: "secret-of-the-producer", LAKEHOSE_METRICS_TOKEN: "token-of-the-metrics" };

const read = (path: string) => readFile(join(ROOT, path), "utf8");

for (const file of ["deploy/docker/lakehose.yaml", "deploy/docker/lakehose.s3.yaml"]) {
  test(`${file} is a configuration, with a key, for a server that listens on all addresses`, async () => {
    const configuration = parseConfiguration(await read(file), { path: file, environment: SECRETS });
    assert.deepEqual(
      configuration.accessKeys.map(({ accessKeyId }) => accessKeyId),
      ["PRODUCER"],
    );
  });
}

test("the Helm chart's values hold a configuration with a key", async () => {
  const { configuration } = yaml().parse(await read("deploy/helm/lakehose/values.yaml")) as { configuration: unknown };
  const parsed = parseConfiguration(JSON.stringify(configuration), { path: "values.yaml", environment: SECRETS });
  assert.equal(parsed.accessKeys.length, 1);
});

test("the Dockerfile copies what the build makes and what is in the checkout", async () => {
  const text = await read("deploy/docker/Dockerfile");
  const { bin } = JSON.parse(await read("package.json")) as { bin: { lakehose: string } };
  assert.match(text, new RegExp(`/opt/lakehose/${bin.lakehose} `));
  for (const [, sources = ""] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const source of sources.split(" ")) assert.ok(existsSync(join(ROOT, source)), source);
  }
  assert.match(text, /^USER node$/m);
  assert.match(text, /^VOLUME \/var\/lib\/lakehose$/m);
});

test("compose files mount files that exist and name no secret of their own", async () => {
  for (const file of globSync("deploy/docker/compose*.yaml", { cwd: ROOT })) {
    const { services } = yaml().parse(await read(file)) as { services: Record<string, { volumes?: string[] }> };
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    for (const mount of mounts.filter((one) => one.startsWith("./"))) {
      assert.ok(existsSync(join(ROOT, "deploy", "docker", mount.split(":")[0] ?? "")), mount);
    }
    assert.doesNotMatch(await read(file), /(SECRET|PASSWORD|TOKEN): [^$]/);
  }
});

const analyze = spawnSync("systemd-analyze", ["--version"]).status === 0;

test("systemd takes the service file", { skip: analyze ? false : "systemd-analyze is not installed" }, async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, "lakehose.service");
  // The command is not installed where this runs; everything else is looked at.
  const text = (await read("deploy/systemd/lakehose.service")).replace(
    /^ExecStart=\S+/m,
    `ExecStart=${process.execPath}`,
  );
  await writeFile(path, text);
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
  const said = stderr.split("\n").filter((line) => line.includes("lakehose.service"));
  assert.deepEqual([status, said], [0, []]);
});

const { LAKEHOSE_HELM: helm } = process.env;

test("helm lints and renders the chart", { skip: helm === undefined && "LAKEHOSE_HELM names no helm" }, () => {
  const chart = join(ROOT, "deploy", "helm", "lakehose");
  const run = (...argv: string[]) => spawnSync(helm ?? "", argv, { encoding: "utf8" });
  const lint = run("lint", "--strict", chart);
  assert.equal(lint.status, 0, lint.stdout + lint.stderr);
  const { stdout, stderr } = run("template", "demo", chart, "--kube-version", "1.29.0");
  const documents = yaml().parseAllDocuments(stdout) as unknown as { toJS(): { kind: string } }[];
  const kinds = documents.map((document) => document.toJS().kind).sort();
  const expected = ["ConfigMap", "PodDisruptionBudget", "Service", "Service", "ServiceAccount", "StatefulSet"];
  assert.deepEqual(kinds, expected, stderr);
});

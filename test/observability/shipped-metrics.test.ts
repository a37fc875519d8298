import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import { METRICS, type Metric } from "../../src/telemetry/metrics-table.ts";

/** What is shipped for Prometheus and Grafana names metrics and labels that there are; promtool reads it where it is. */
const folder = new URL("../../deploy/observability/", import.meta.url);
const PROMTOOL = process.env.LAKEHOSE_TEST_PROMTOOL;

const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const rules = (parse(read("prometheus-rules.yml")) as RuleFile).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read("grafana-dashboard.json")) as Dashboard;
const panels = dashboard.panels.filter(({ targets = [] }) => targets.length > 0);

const expressions: readonly (readonly [string, string])[] = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Series by the names under which they are scraped: a histogram has three. */
const SCRAPED = new Map<string, Metric>(
  Object.values<Metric>(METRICS).flatMap((metric) =>
    metric.kind === "histogram"
      ? ["_bucket", "_sum", "_count"].map((part) => [`${metric.name}${part}`, metric] as const)
      : [[metric.name, metric] as const],
  ),
);

/** Labels that Prometheus and histograms add. */
const ADDED_LABELS = new Set(["instance", "job", "le"]);

const words = (text: string) => [...text.matchAll(/[a-z_]+/g)].map(([word]) => word);

for (const [where, expression] of expressions) {
  test(`${where} asks for metrics and labels that there are`, () => {
    const named = [...expression.matchAll(/\b(lakehose_[a-z0-9_]+)(\{([^}]*)\})?/g)];
    assert.ok(named.length > 0 || expression.startsWith("up{"), expression);
    const labels = new Set(ADDED_LABELS);
    for (const [, name = "", , selector = ""] of named) {
      const metric = SCRAPED.get(name);
      assert.ok(metric !== undefined, `there is no metric ${name}`);
      for (const label of metric.labels) labels.add(label);
      for (const [, label = ""] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
        assert.ok(metric.labels.includes(label), `${name} has no label ${label}`);
      }
    }
    for (const [, list = ""] of expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)) {
      for (const label of words(list)) assert.ok(labels.has(label), `nothing in ${expression} has a label ${label}`);
    }
  });
}

test("values of labels that rules and panels ask for are those that there are", () => {
  const states = expressions.flatMap(([, text]) => [...text.matchAll(/lakehose_delivery_state\{state=~"([^"]+)"/g)]);
  for (const [, list = ""] of states)
    for (const state of list.split("|")) assert.ok(["retrying", "failed"].includes(state));
});

test("every alert says how grave it is and what to do, with labels that it has", () => {
  const names = new Set(rules.map(({ alert }) => alert));
  assert.equal(names.size, rules.length);
  for (const { alert, labels, annotations, expr } of rules) {
    assert.ok(["warning", "critical"].includes(labels.severity ?? ""), alert);
    for (const text of [annotations.summary, annotations.description]) assert.ok((text ?? "").length > 10, alert);
    const grouped = /^(?:\w+ )?(?:max|sum) by \(([^)]*)\)/.exec(expr)?.[1];
    for (const [, label = ""] of Object.values(annotations)
      .join(" ")
      .matchAll(/\$labels\.(\w+)/g)) {
      if (grouped !== undefined) assert.ok(words(grouped).includes(label), `${alert} has no label ${label} left`);
    }
  }
});

test("panels of the dashboard do not lie on each other", () => {
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!taken.has(`${x},${y}`), `${title} lies on another panel`);
        taken.add(`${x},${y}`);
      }
    }
  }
});

test("promtool takes the rules, and they fire for what they are for", {
  skip: PROMTOOL === undefined ? "needs promtool of Prometheus: its path belongs in LAKEHOSE_TEST_PROMTOOL" : false,
}, async () => {
  const run = promisify(execFile);
  await run(PROMTOOL ?? "", ["check", "rules", fileURLToPath(new URL("prometheus-rules.yml", folder))]);
  await run(PROMTOOL ?? "", ["test", "rules", fileURLToPath(new URL("fired-rules.yml", import.meta.url))]);
});

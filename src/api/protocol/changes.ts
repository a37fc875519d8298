import { onlyReads } from "../../query/dialect/only-reads.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "./operation.ts";

/** Operations that change nothing, by the verbs of AWS: what begins otherwise counts as a change. */
const LOOKING = /^(Get|List|Describe|BatchGet|Search)/;

/** Records and samples are no changes of what is defined. */
const USING: ReadonlySet<string> = new Set(["PutMetricData", "PutRecord", "PutRecordBatch", "StopQueryExecution"]);

/** Whether the audit log has to know of a call. Of statements it knows those that do more than read. */
export function isChange({ target }: Pick<Operation, "target">, json: () => JsonObject): boolean {
  const name = target.slice(target.indexOf(".") + 1);
  if (name === "StartQueryExecution") return !onlyReads(String(json().QueryString ?? ""));
  return !LOOKING.test(name) && !USING.has(name);
}

const KINDS: Readonly<Record<string, string>> = {
  crawler: "crawlers",
  database: "databases",
  deliverystream: "streams",
  table: "tables",
  workgroup: "workgroups",
};

/** An ARN in the words of the admin API: `streams/clicks`, `tables/sales.orders`. */
export function subjectOf(arn: string): string {
  const [kind = "", ...names] = (arn.split(":")[5] ?? arn).split("/");
  return [KINDS[kind] ?? kind, names.join(".")].filter((part) => part !== "").join("/");
}

import { createHash } from "node:crypto";
import type { LifecycleFilter, LifecycleRule, RuleTime, Transition } from "../../jobs/lifecycle/lifecycle-rule.ts";
import { TRANSITION_CLASSES } from "../../model/storage-class.ts";
import { isoTime } from "./s3-answers.ts";
import { S3Error } from "./s3-error.ts";
import { childOf, childrenOf, malformed, requireRoot, textOf, type XmlElement } from "./xml-read.ts";
import type { XmlNode } from "./xml-write.ts";

/**
 * LifecycleConfiguration => Rule+
 * Rule                   => ID?, Status: Enabled | Disabled, Filter | Prefix, Expiration?, Transition*, AbortIncompleteMultipartUpload?
 * Filter                 => (empty) | Prefix | Tag | ObjectSizeGreaterThan | ObjectSizeLessThan | And => Prefix?, Tag*, …
 * Expiration             => Days | Date
 * Transition             => (Days | Date), StorageClass
 * AbortIncompleteMultipartUpload => DaysAfterInitiation
 *
 * What is about versions is refused: buckets here have none, and somebody would count on it.
 */
export function rulesFromDocument(document: XmlElement): readonly LifecycleRule[] {
  return childrenOf(requireRoot(document, "LifecycleConfiguration"), "Rule").map(ruleFrom);
}

const OF_VERSIONS = ["NoncurrentVersionExpiration", "NoncurrentVersionTransition"];
const RULE_MEMBERS = new Set([
  ...["ID", "Status", "Filter", "Prefix", "Expiration", "Transition", "AbortIncompleteMultipartUpload"],
  ...OF_VERSIONS,
]);

function ruleFrom(rule: XmlElement): LifecycleRule {
  refuseUnknown(rule, RULE_MEMBERS);
  for (const name of OF_VERSIONS) if (childOf(rule, name) !== undefined) throw aboutVersions(name);
  const status = textOf(rule, "Status");
  if (status !== "Enabled" && status !== "Disabled") throw malformed(`<Status> of ${status.slice(0, 64)}`);
  const id = childOf(rule, "ID")?.text ?? "";
  const expiration = childOf(rule, "Expiration");
  const abort = childOf(rule, "AbortIncompleteMultipartUpload");
  return {
    id: id === "" ? idOf(rule) : id,
    enabled: status === "Enabled",
    filter: filterFrom(rule),
    expiration: expiration === undefined ? undefined : expirationFrom(expiration),
    transitions: childrenOf(rule, "Transition").map(transitionFrom),
    abortUploadsAfterDays: abort === undefined ? undefined : wholeNumber(abort, "DaysAfterInitiation"),
  };
}

/** S3 makes one up; this is the same for the same rule. */
function idOf(rule: XmlElement): string {
  return createHash("sha256").update(JSON.stringify(rule)).digest("base64url");
}

function filterFrom(rule: XmlElement): LifecycleFilter {
  const filter = childOf(rule, "Filter");
  const former = childOf(rule, "Prefix");
  if ((filter === undefined) === (former === undefined)) throw malformed("<Rule> needs one of <Filter> and <Prefix>");
  if (filter === undefined) return { prefix: former?.text ?? "", tags: {} };
  const and = childOf(filter, "And");
  if (filter.children.length > 1) throw malformed("<Filter> with more than one condition: put them into <And>");
  return conditionsFrom(and ?? filter);
}

const CONDITIONS = new Set(["Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"]);

function conditionsFrom(element: XmlElement): LifecycleFilter {
  refuseUnknown(element, CONDITIONS);
  const pairs = childrenOf(element, "Tag").map((tag) => [textOf(tag, "Key"), textOf(tag, "Value")] as const);
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length < pairs.length) throw invalid("Duplicate Tag Keys are not allowed.");
  const sizeOf = (name: string) => (childOf(element, name) === undefined ? undefined : wholeNumber(element, name));
  return {
    prefix: childOf(element, "Prefix")?.text ?? "",
    tags,
    largerThanBytes: sizeOf("ObjectSizeGreaterThan"),
    smallerThanBytes: sizeOf("ObjectSizeLessThan"),
  };
}

function expirationFrom(expiration: XmlElement): RuleTime {
  if (childOf(expiration, "ExpiredObjectDeleteMarker") !== undefined) throw aboutVersions("ExpiredObjectDeleteMarker");
  return timeFrom(expiration);
}

function transitionFrom(transition: XmlElement): Transition {
  const given = textOf(transition, "StorageClass");
  const storageClass = TRANSITION_CLASSES.find((name) => name === given);
  if (storageClass !== undefined) return { due: timeFrom(transition), storageClass };
  throw malformed(`<StorageClass> of ${given.slice(0, 64)}, expected one of ${TRANSITION_CLASSES.join(", ")}`);
}

function timeFrom(element: XmlElement): RuleTime {
  const date = childOf(element, "Date");
  const days = childOf(element, "Days");
  if ((date === undefined) === (days === undefined))
    throw malformed(`<${element.name}> needs one of <Days> and <Date>`);
  if (date === undefined) return { days: wholeNumber(element, "Days") };
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(date.text) ? Date.parse(date.text) : Number.NaN;
  if (!Number.isNaN(atMs)) return { atMs };
  throw malformed(`<Date> of ${date.text.slice(0, 64)}, expected one such as 2030-01-01T00:00:00Z`);
}

function wholeNumber(element: XmlElement, name: string): number {
  const text = textOf(element, name).trim();
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw malformed(`<${name}> of ${text.slice(0, 64)}, expected a whole number`);
}

function refuseUnknown(element: XmlElement, known: ReadonlySet<string>): void {
  const unknown = element.children.find(({ name }) => !known.has(name));
  if (unknown !== undefined) throw malformed(`<${unknown.name}> in <${element.name}>`);
}

function aboutVersions(name: string): S3Error {
  return new S3Error(
    "NotImplemented",
    `${name} is about versions of objects, and buckets of the local lake have none.`,
  );
}

function invalid(message: string): S3Error {
  return new S3Error("InvalidArgument", message);
}

export function rulesDocument(rules: readonly LifecycleRule[]): XmlNode {
  return ["LifecycleConfiguration", rules.map(ruleNode)];
}

function ruleNode(rule: LifecycleRule): XmlNode {
  const { id, enabled, filter, expiration, transitions, abortUploadsAfterDays: abort } = rule;
  return [
    "Rule",
    [
      ["ID", id],
      ["Filter", filterNodes(filter)],
      ["Status", enabled ? "Enabled" : "Disabled"],
      expiration && ["Expiration", [timeNode(expiration)]],
      ...transitions.map(
        ({ due, storageClass }): XmlNode => ["Transition", [timeNode(due), ["StorageClass", storageClass]]],
      ),
      abort === undefined ? undefined : ["AbortIncompleteMultipartUpload", [["DaysAfterInitiation", abort]]],
    ],
  ];
}

/** More than one condition stands in `And`; none at all is an empty prefix. */
function filterNodes({ prefix, tags, largerThanBytes, smallerThanBytes }: LifecycleFilter): readonly XmlNode[] {
  const conditions: XmlNode[] = prefix === "" ? [] : [["Prefix", prefix]];
  for (const [key, value] of Object.entries(tags)) {
    conditions.push([
      "Tag",
      [
        ["Key", key],
        ["Value", value],
      ],
    ]);
  }
  if (largerThanBytes !== undefined) conditions.push(["ObjectSizeGreaterThan", largerThanBytes]);
  if (smallerThanBytes !== undefined) conditions.push(["ObjectSizeLessThan", smallerThanBytes]);
  if (conditions.length === 0) return [["Prefix", ""]];
  return conditions.length === 1 ? conditions : [["And", conditions]];
}

function timeNode(time: RuleTime): XmlNode {
  return "days" in time ? ["Days", time.days] : ["Date", isoTime(time.atMs)];
}

import type { Component, DeliveryDefinition, RollPolicy } from "../../api/admin-api.ts";
import { formatBytes, formatCount, formatDuration } from "../../ui/format-value.ts";

/** Deliveries in words. */

export function targetText({ type, options }: Component): string {
  const { bucket, url, endpoint, index, topic, table } = options;
  const place = [bucket, url, endpoint, index, topic, table].find((value) => typeof value === "string");
  if (type === "object-store") return `Bucket ${place ?? "unknown"}`;
  return place === undefined ? type : `${type}: ${place}`;
}

export function formatOf({ format, compression }: Pick<DeliveryDefinition, "format" | "compression">): string {
  const form = format.type === "raw" ? "records as they are" : format.type;
  return compression.type === "none" ? form : `${form}, ${compression.type}`;
}

/** `at 5 MB, 5 min after its first record`. */
export function rollText({ size, records, ageMs, idleMs, at }: RollPolicy): string {
  const limits = [
    size === undefined ? "" : `at ${formatBytes(size.bytes)}${size.measure === "encoded" ? " as written" : ""}`,
    records === undefined ? "" : `at ${formatCount(records)} records`,
    ageMs === undefined ? "" : `${formatDuration(ageMs)} after its first record`,
    idleMs === undefined ? "" : `${formatDuration(idleMs)} after its last record`,
    at === undefined ? "" : `at ${at.time} in ${at.timeZone}`,
  ].filter((text) => text !== "");
  return limits.length === 0 ? "only when somebody asks for it" : limits.join(", or ");
}

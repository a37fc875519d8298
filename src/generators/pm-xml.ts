import type { Draw } from "./draw.ts";
import type { Generator } from "./generator.ts";

/**
 * Measurement files of a mobile network (3GPP TS 32.435): a whole XML file is one event.
 *
 * Both spellings occur: counters as one list with values beside it (`measTypes`, `measResults`), and as numbered pairs
 * (`measType p`, `r p`). Vendors leave parts out, and a measurement may be marked as suspect.
 */
export const pmXml: Generator = {
  name: "pm-xml",
  summary: "Mobile network measurement file, 3GPP TS 32.435 XML in both spellings (2 to 8 KB).",
  intervalMs: 900,
  event: (draw, atMs) => Buffer.from(file(draw, atMs)),
};

const PERIOD_MS = 900_000;
const NAMESPACE = "http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec";

const COUNTERS: readonly [CounterGroup, ...CounterGroup[]] = [
  ["attach", ["MM.AttachAttempts", "MM.AttachSuccess", "MM.AttachAborts", "MM.AttachMeanTime"]],
  ["handover", ["HO.InterAttempts", "HO.InterSuccess", "HO.IntraAttempts", "HO.IntraSuccess"]],
  ["radio", ["RRC.ConnAttempts", "RRC.ConnSuccess", "RRC.ConnMean", "RRC.ConnMax", "RRC.Drops"]],
];

type CounterGroup = readonly [id: string, counters: readonly string[]];

function file(draw: Draw, atMs: number): string {
  const end = Math.floor(atMs / PERIOD_MS) * PERIOD_MS;
  const element = `SubNetwork=1,MeContext=eNB-${draw.whole(100, 999)}`;
  const infos = COUNTERS.filter(() => draw.chance(0.8));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<measCollecFile xmlns="${NAMESPACE}">`,
    `  <fileHeader fileFormatVersion="32.435 V7.0"${attribute(draw, "vendorName", "Example Networks")}${attribute(draw, "dnPrefix", "DC=example.com")}>`,
    `    <fileSender localDn="${element}"${attribute(draw, "elementType", "RadioNode")}/>`,
    `    <measCollec beginTime="${time(end - PERIOD_MS)}"/>`,
    "  </fileHeader>",
    "  <measData>",
    `    <managedElement localDn="${element}"${attribute(draw, "userLabel", "Site &amp; tower")}${attribute(draw, "swVersion", "R12.4")}/>`,
    ...(infos.length > 0 ? infos : COUNTERS).map((group) => measInfo(draw, group, end)),
    "  </measData>",
    `  <fileFooter><measCollec endTime="${time(end)}"/></fileFooter>`,
    "</measCollecFile>",
    "",
  ].join("\n");
}

function measInfo(draw: Draw, [id, counters]: CounterGroup, end: number): string {
  const paired = draw.chance(0.5);
  const cells = draw.whole(2, 5);
  const types = paired
    ? counters.map((counter, index) => `      <measType p="${index + 1}">${counter}</measType>`)
    : [`      <measTypes>${counters.join(" ")}</measTypes>`];
  const values = Array.from({ length: cells }, (_, cell) => measValue(draw, counters, cell, paired));
  return [
    `    <measInfo${attribute(draw, "measInfoId", id)}>`,
    ...(draw.chance(0.9) ? [`      <job jobId="${draw.whole(1, 99)}"/>`] : []),
    `      <granPeriod duration="PT900S" endTime="${time(end)}"/>`,
    ...(draw.chance(0.8) ? ['      <repPeriod duration="PT1800S"/>'] : []),
    ...types,
    ...values,
    "    </measInfo>",
  ].join("\n");
}

function measValue(draw: Draw, counters: readonly string[], cell: number, paired: boolean): string {
  const results = counters.map((counter) => (counter.includes("Mean") ? draw.decimal(0, 90, 2) : draw.whole(0, 4000)));
  const lines = paired
    ? results.map((result, index) => `        <r p="${index + 1}">${result}</r>`)
    : [`        <measResults>${results.join(" ")}</measResults>`];
  const suspect = draw.chance(0.1) ? ["        <suspect>true</suspect>"] : [];
  const start = `      <measValue measObjLdn="Cell=gsm${cell + 1}">`;
  return [start, ...lines, ...suspect, "      </measValue>"].join("\n");
}

/** Most vendors fill an optional attribute. */
function attribute(draw: Draw, name: string, value: string): string {
  return draw.chance(0.85) ? ` ${name}="${value}"` : "";
}

function time(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}+00:00`;
}

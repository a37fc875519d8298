import type { DeliveryDefinition, RollPolicy } from "../../src/model/delivery-definition.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { Draw } from "./draw.ts";
import { RECORDS_TYPE } from "./record-target.ts";

/** Damage that a start has to notice. */
export type SabotageKind = "journal-lost" | "journal-foreign" | "log-older" | "bit-flip";

/** What kind of world a seed makes: which store, which faults, how much of what. Drawn once, before anything happens. */
export interface Scenario {
  readonly seed: number;
  readonly steps: number;
  readonly streamNames: readonly string[];
  readonly store: StoreScenario;
  readonly segmentBytes: number;
  readonly budgetBytes: number;
  /** Most records per second that a stream takes, if there is a limit: calls are then accepted in part. */
  readonly recordsPerSecond: number | undefined;
  /** Share of seeds with slow syncs: requests then meet in the middle of others. */
  readonly syncMsMax: number;
  readonly functions: boolean;
  readonly dailyRoll: boolean;
  /** Encryption at rest is switched on and off under way. */
  readonly encryption: boolean;
  /** A source hands over what it has, and remembers nothing: the log does. */
  readonly puller: boolean;
  /** The second delivery goes to a target that takes records one by one, most of the time. */
  readonly recordTarget: boolean;
  /** Small enough that journals are replaced by short ones, or too large for that. */
  readonly journalBytesMax: number | undefined;
  /** Small, so that staging is let go piece by piece. */
  readonly stagingSegmentBytes: number;
  /** Share of records that are large: what one read brings then takes more than one group of staging. */
  readonly largeShare: number;
  readonly faults: FaultScenario;
}

export interface StoreScenario {
  readonly kind: "disk" | "memory";
  readonly conditional: boolean;
  readonly keepsMetadata: boolean;
  readonly multipart: boolean;
}

/** Chances per step or per call. */
export interface FaultScenario {
  readonly crash: number;
  readonly powerShare: number;
  readonly failedSync: number;
  readonly fullDisk: number;
  readonly clockJump: number;
  readonly store: number;
  readonly storeGone: number;
  /** Somebody else writes an object under a name of ours. */
  readonly stranger: number;
  /** Damage that the process must not go over. */
  readonly sabotage: SabotageKind | undefined;
  /** A stream is deleted and made again in the very second of its first making. */
  readonly twin: boolean;
}

export function drawScenario(seed: number): Scenario {
  const draw = new Draw(seed, "scenario");
  const kind = draw.weighted({ disk: 2, memory: 3 });
  const conditional = kind === "disk" || draw.chance(0.75);
  const calm = draw.chance(0.1);
  const rate = (chance: number, most: number) => (!calm && draw.chance(chance) ? draw.random.fraction() * most : 0);
  return {
    seed,
    steps: draw.between(15, 45),
    streamNames: draw.chance(0.3) ? ["orders", "clicks"] : ["orders"],
    store: {
      kind,
      conditional,
      keepsMetadata: kind === "disk" || draw.chance(0.85),
      multipart: kind === "memory" && draw.chance(0.35),
    },
    segmentBytes: draw.pick([16, 24, 64]) * 1024,
    budgetBytes: draw.chance(0.25) ? draw.between(150, 400) * 1024 : 64 * 1024 * 1024,
    recordsPerSecond: draw.chance(0.2) ? draw.between(6, 20) : undefined,
    syncMsMax: draw.pick([0, 5, 40]),
    functions: draw.chance(0.5),
    dailyRoll: draw.chance(0.15),
    faults: {
      crash: calm ? 0 : draw.random.fraction() * 0.2,
      powerShare: draw.pick([0, 0.5, 0.8, 1]),
      failedSync: rate(0.4, 0.15),
      fullDisk: rate(0.25, 0.08),
      clockJump: rate(0.3, 0.1),
      store: rate(0.7, 0.5),
      storeGone: rate(0.15, 0.06),
      stranger: kind === "memory" && conditional ? rate(0.15, 0.03) : 0,
      sabotage: draw.chance(0.12) ? draw.pick(["journal-lost", "journal-foreign", "log-older", "bit-flip"]) : undefined,
      twin: !calm && draw.chance(0.1),
    },
    encryption: draw.chance(0.3),
    puller: draw.chance(0.3),
    recordTarget: new Draw(seed, "record-target").chance(0.4),
    journalBytesMax: draw.chance(0.5) ? draw.between(2_000, 20_000) : undefined,
    stagingSegmentBytes: draw.pick([8, 16, 256]) * 1024,
    largeShare: draw.pick([0.03, 0.03, 0.3]),
  };
}

export const PRIMARY_ID = "destinationId-000000000001";
export const BACKUP_ID = "destinationId-000000000001-backup";
export const PRIMARY_BUCKETS = ["lake", "lake-two"] as const;
export const BACKUP_BUCKET = "backup";
export const FUNCTION_TYPE = "whimsical";
export const SORTER_TYPE = "sorter";
/** A format that refuses some records and has to learn how the others look. */
export const PICKY_TYPE = "picky";
/** Error output of what the target that takes records one by one does not take. */
export const NOT_TAKEN = "http-endpoint-failed";

/** Prefixes whose meaning the oracle knows by heart; `undefined` means the date of AWS. */
const PREFIXES = [
  undefined,
  "data/",
  "changed/",
  "h/!{timestamp:yyyy/MM/dd/HH}/",
  "d/!{timestamp:yyyy-MM-dd}/",
] as const;
const ERROR_PREFIXES = [
  "err/!{firehose:error-output-type}/",
  "err/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/",
] as const;

/** With content in them; `KEY` is what the processor of the stream fills in. */
const PARTITION_PREFIXES = ["k=!{KEY}/", "k=!{KEY}/!{timestamp:yyyy-MM-dd}/"] as const;

/** The declared configuration of a stream: its deliveries, and with which switch its function answers. */
export function drawDeliveries(draw: Draw, scenario: Scenario, withBackup: boolean): DeliveryDefinition[] {
  const asksFunction = scenario.functions && draw.chance(0.85);
  const sorts = draw.chance(0.35);
  const processors = asksFunction ? [{ type: FUNCTION_TYPE, options: drawWhim(draw) }] : [];
  if (sorts && !asksFunction) processors.push({ type: SORTER_TYPE, options: {} });
  const primary = drawDelivery(draw, scenario, PRIMARY_ID, draw.pick(PRIMARY_BUCKETS));
  const backup = drawDelivery(draw, scenario, BACKUP_ID, BACKUP_BUCKET);
  const sorted = sorts ? drawPartition(draw, primary, asksFunction ? "lambda" : "query") : {};
  const deliveries: DeliveryDefinition[] = [{ ...primary, ...sorted, kind: "primary", processors }];
  const { recordTarget } = scenario;
  if (withBackup && recordTarget && draw.chance(0.8)) deliveries.push(toRecordTarget(draw, backup));
  else if (withBackup) deliveries.push({ ...backup, kind: "backup", processors: [] });
  return deliveries;
}

/** Its errors lie where the objects of the backup do. */
function toRecordTarget(
  draw: Draw,
  { table: _, target, ...backup }: Omit<DeliveryDefinition, "kind">,
): DeliveryDefinition {
  const retry = draw.weighted({ none: 1, once: 1, short: 2, long: 1 });
  const forMs = { once: 0, short: 3_000, long: 120_000 };
  return {
    ...backup,
    kind: "backup",
    format: { type: "identified-records", options: {} },
    target: { type: RECORDS_TYPE, options: {} },
    errorTarget: target,
    errorType: NOT_TAKEN,
    ...(retry === "none" ? {} : { retry: { forMs: forMs[retry] } }),
  };
}

function drawDelivery(draw: Draw, scenario: Scenario, id: string, bucket: string): Omit<DeliveryDefinition, "kind"> {
  const prefix = draw.pick(PREFIXES);
  return {
    id,
    processors: [],
    format: draw.chance(0.2)
      ? { type: PICKY_TYPE, options: { delimiter: "\n", schema: "infer" } }
      : { type: "raw", options: { delimiter: "\n" } },
    compression: { type: draw.chance(0.15) ? "gzip" : "none" },
    naming: { timeZone: "UTC", ...(prefix === undefined ? {} : { prefix }), errorPrefix: draw.pick(ERROR_PREFIXES) },
    target: { type: "object-store", options: { bucket } },
    table: { databaseName: "sales", tableName: "orders", versionId: "LATEST" },
    roll: drawRoll(draw, scenario),
  };
}

function drawPartition(draw: Draw, { naming }: Pick<DeliveryDefinition, "naming">, space: "lambda" | "query") {
  const expression = `partitionKeyFrom${space === "lambda" ? "Lambda" : "Query"}:k`;
  const limit = draw.chance(0.5) ? { activeMax: draw.between(1, 4) } : {};
  return {
    naming: { ...naming, prefix: draw.pick(PARTITION_PREFIXES).replace("KEY", expression) },
    partition: { keys: [{ name: `${space}:k` }], ...limit },
  };
}

/** One setting of the primary changes and nothing else: what has gathered may go on under the new version. */
export function changeOneSetting(
  draw: Draw,
  scenario: Scenario,
  deliveries: readonly DeliveryDefinition[],
): DeliveryDefinition[] {
  const setting = draw.weighted({ roll: 1, bucket: 1, limit: 5 });
  const roll = drawRoll(draw, scenario);
  const bucket = draw.pick(PRIMARY_BUCKETS);
  const activeMax = draw.between(1, 4);
  return deliveries.map((delivery) => {
    if (delivery.kind !== "primary") return delivery;
    if (setting === "bucket") return { ...delivery, target: { type: "object-store", options: { bucket } } };
    if (setting === "roll" || delivery.partition === undefined) return { ...delivery, roll };
    const { activeMax: before, ...partition } = delivery.partition;
    return { ...delivery, partition: before === undefined ? { ...partition, activeMax } : partition };
  });
}

function drawRoll(draw: Draw, scenario: Scenario): RollPolicy {
  return {
    ...(draw.chance(0.5) ? { records: draw.between(1, 9) } : {}),
    ...(draw.chance(0.3) ? { size: { bytes: draw.between(100, 4000), measure: draw.pick(["raw", "encoded"]) } } : {}),
    ...(draw.chance(0.6) ? { ageMs: draw.pick([0, 1_500, 10_000, 60_000]) } : {}),
    ...(draw.chance(0.2) ? { idleMs: draw.between(1_000, 8_000) } : {}),
    ...(scenario.dailyRoll ? { at: { time: "08:30", timeZone: "Europe/London" } } : {}),
  };
}

/** How a function behaves: the shares of records that it drops, rejects and changes, and a mark that it leaves. */
function drawWhim(draw: Draw): JsonObject {
  return { drop: draw.pick([0, 0.2, 0.4]), reject: draw.pick([0, 0.2]), mark: draw.between(1, 1_000_000) };
}

/**
 * The way of a record as a picture: producers, the log, and for each delivery a lane with its processors, its open objects
 * and its target, from the left to the right. This file says what stands where and what is written on it; nothing here
 * draws. All lengths are units of the picture, which scales as a whole.
 */
import type { DeliveryDefinition, DeliveryStatus, StreamDetails, StreamHealth } from "../../api/admin-api.ts";
import { ratesOf, type StreamSample } from "../../live/stream-samples.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "../../ui/format-value.ts";
import { formatOf, targetText } from "./delivery-text.ts";

export interface Stage {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly title: string;
  readonly value: string;
  readonly notes: readonly string[];
  readonly tone: "plain" | "bad";
}

export interface Flow {
  readonly id: string;
  /** An SVG path. */
  readonly path: string;
  /** Records go along it now. */
  readonly moving: boolean;
}

export interface Journey {
  readonly width: number;
  readonly height: number;
  readonly stages: readonly Stage[];
  readonly flows: readonly Flow[];
  /** The same in one sentence, for who does not see it. */
  readonly summary: string;
}

export const STAGE_WIDTH = 184;
const STAGE_HEIGHT = 112;
const LANE_HEIGHT = 132;
const GAP = 40;
const EDGE = 2;

/** What fits a stage at its size of letters. */
const STAGE_LETTERS = 26;

export function journeyOf(stream: StreamDetails, health: StreamHealth, samples: readonly StreamSample[]): Journey {
  const accepted = ratesOf(samples, "accepted").at(-1) ?? 0;
  const delivered = ratesOf(samples, "delivered").at(-1) ?? 0;
  const lanes = health.deliveries.filter(({ kind }) => kind !== "replay");
  const height = Math.max(1, lanes.length) * LANE_HEIGHT - (LANE_HEIGHT - STAGE_HEIGHT) + 2 * EDGE;
  const middle = (height - STAGE_HEIGHT) / 2;
  const ingress: readonly Stage[] = [
    stage("producers", 0, middle, { title: "Producers", value: formatRate(accepted), notes: ["accepted"] }),
    {
      ...stage("log", 1, EDGE, {
        title: "Log",
        value: formatBytes(health.log.bytes),
        notes: ["on disk", `${formatCount(health.accepted)} records so far`],
      }),
      height: height - 2 * EDGE,
    },
  ];
  const parts = lanes.map((status, at) => {
    const definition = stream.deliveries.find(({ id }) => id === status.id);
    const y = EDGE + at * LANE_HEIGHT;
    return lane(status, definition, {
      y,
      arrivesAt: samples.at(-1)?.at ?? 0,
      entering: accepted > 0,
      leaving: delivered > 0,
    });
  });
  const summary = `${formatRate(accepted)} records come in, ${formatRate(delivered)} are delivered, ${formatBytes(health.log.bytes)} are in the log.`;
  return {
    width: xOf(4) + STAGE_WIDTH + EDGE,
    height,
    stages: [...ingress, ...parts.flatMap(({ stages }) => stages)],
    flows: [flow("in", 0, middle, accepted > 0), ...parts.flatMap(({ flows }) => flows)],
    summary,
  };
}

interface LaneWorld {
  readonly y: number;
  readonly arrivesAt: number;
  readonly entering: boolean;
  readonly leaving: boolean;
}

function lane(status: DeliveryStatus, definition: DeliveryDefinition | undefined, world: LaneWorld) {
  const { id, counters, openAccumulators, openParcels, oldestPendingMs, state } = status;
  const { y, arrivesAt, entering, leaving } = world;
  const chain = definition?.processors.map(({ type }) => type) ?? [];
  const waits =
    oldestPendingMs === undefined
      ? "nothing waits"
      : `oldest waits ${formatDuration(Math.max(0, arrivesAt - oldestPendingMs))}`;
  const stages = [
    stage(`${id} chain`, 2, y, {
      title: chain.length === 0 ? "No processors" : shorten(chain.join(" → ")),
      value: formatCount(counters.read),
      notes: ["records read", `${formatCount(counters.errored)} errors, ${formatCount(counters.dropped)} dropped`],
    }),
    stage(`${id} open`, 3, y, {
      title: "Open objects",
      value: formatCount(openAccumulators),
      notes: [`${formatCount(counters.pending)} records, ${formatCount(openParcels)} landing`, waits],
    }),
    {
      ...stage(`${id} target`, 4, y, {
        title: shorten(definition === undefined ? id : targetText(definition.target)),
        value: formatCount(counters.delivered),
        notes: ["delivered", definition === undefined ? "" : shorten(formatOf(definition))],
      }),
      tone: state === "running" || state === "recovering" ? ("plain" as const) : ("bad" as const),
    },
  ];
  const flows = [flow(`${id} 1`, 1, y, entering), flow(`${id} 2`, 2, y, entering), flow(`${id} 3`, 3, y, leaving)];
  return { stages, flows };
}

function stage(id: string, column: number, y: number, words: Pick<Stage, "title" | "value" | "notes">): Stage {
  return { id, x: xOf(column), y, height: STAGE_HEIGHT, tone: "plain", ...words };
}

/** From the right side of a column to the next one, at the height of a lane. */
function flow(id: string, column: number, y: number, moving: boolean): Flow {
  const line = y + STAGE_HEIGHT / 2;
  return { id, path: `M${xOf(column) + STAGE_WIDTH} ${line}H${xOf(column + 1)}`, moving };
}

function xOf(column: number): number {
  return EDGE + column * (STAGE_WIDTH + GAP);
}

/** What fits a stage; the settings below have it in full. */
function shorten(text: string): string {
  return text.length <= STAGE_LETTERS ? text : `${text.slice(0, STAGE_LETTERS - 1)}…`;
}

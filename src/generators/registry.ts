import { LakehoseError } from "../model/errors.ts";
import { seededRandom } from "../std/random.ts";
import { accessLog } from "./access-log.ts";
import { badEvent } from "./bad-event.ts";
import { Draw } from "./draw.ts";
import type { Generator } from "./generator.ts";
import { iot } from "./iot.ts";
import { pmXml } from "./pm-xml.ts";
import { taxi } from "./taxi.ts";
import { ticker } from "./ticker.ts";
import { waf } from "./waf.ts";

/** Every generator, in the order of the alphabet. */
export const generators: readonly Generator[] = [accessLog, iot, pmXml, taxi, ticker, waf];

export interface GenerateOptions {
  /** A whole number; the same seed and start give the same events. */
  readonly seed: number;
  /** Share of spoiled events, 0 to 1. Default 0. */
  readonly badShare?: number;
  /** When the first event happened, milliseconds since 1970. */
  readonly startMs: number;
  /** Time between two events. Default: the generator's own. */
  readonly intervalMs?: number;
}

/** Events without end. Throws when there is no generator of that name. */
export function generate(name: string, options: GenerateOptions): IterableIterator<Buffer> {
  const generator = generators.find((candidate) => candidate.name === name);
  if (generator !== undefined) return events(generator, options);
  const known = generators.map((candidate) => candidate.name).join(", ");
  throw new LakehoseError("unknown-generator", `Expected a generator of ${known}; got ${name}`);
}

function* events(generator: Generator, options: GenerateOptions): IterableIterator<Buffer> {
  const { badShare = 0, intervalMs = generator.intervalMs, startMs } = options;
  const draw = new Draw(seededRandom(options.seed));
  for (let index = 0; ; index++) {
    const event = generator.event(draw, startMs + index * intervalMs, index);
    yield badShare > 0 && draw.chance(badShare) ? badEvent(draw, event) : event;
  }
}

import {
  EXACT_LIMIT,
  fixedDeltaRun,
  literalRun,
  monotonicRun,
  shortRepeatRun,
  wideLiteralRun,
} from "./integer-runs.ts";
import type { PositionTaker } from "./position.ts";
import type { StreamBuffer } from "./stream-buffer.ts";

/**
 * Run-length encoding of integers, version 2. Values gather to the length of the longest run; then repeats, sequences of
 * one step, values that only rise or fall, and the rest each take the form that is made for them. Row groups begin with a
 * run of their own, so that their positions need no place within one.
 */
export class IntegerRunWriter implements PositionTaker {
  readonly stream: StreamBuffer;
  readonly #signed: boolean;
  readonly #values: (number | bigint)[] = [];

  constructor(stream: StreamBuffer, { signed }: { readonly signed: boolean }) {
    this.stream = stream;
    this.#signed = signed;
  }

  write(value: number | bigint): void {
    this.#values.push(value);
    if (this.#values.length === RUN_MAX) this.flush();
  }

  takePosition(): number[] {
    this.flush();
    return [this.stream.plainLength, 0];
  }

  flush(): void {
    const values = this.#values;
    if (values.length === 0) return;
    if (values.every(isPlain)) this.#writePlain(values);
    else wideLiteralRun(this.stream, values, this.#signed);
    values.length = 0;
  }

  /** Cuts what gathered at its long repeats. */
  #writePlain(values: readonly number[]): void {
    let from = 0;
    for (let at = 0; at < values.length; ) {
      const repeats = repeatsFrom(values, at);
      if (repeats >= REPEATS_WORTH_A_RUN) {
        this.#writeVarying(values.slice(from, at));
        this.#writeRepeat(values[at] ?? 0, repeats);
        from = at + repeats;
      }
      at += repeats;
    }
    this.#writeVarying(values.slice(from));
  }

  #writeRepeat(value: number, count: number): void {
    if (count <= SHORT_REPEAT_MAX) shortRepeatRun(this.stream, value, count, this.#signed);
    else fixedDeltaRun(this.stream, value, 0, count, this.#signed);
  }

  #writeVarying(values: readonly number[]): void {
    const [first = 0, second = 0] = values;
    if (values.length === 0) return;
    const step = second - first;
    const direction = values.length < SHORT_REPEAT_MIN ? "none" : directionOf(values, step);
    if (direction === "even" && step === 0) this.#writeRepeat(first, values.length);
    else if (direction === "even") fixedDeltaRun(this.stream, first, step, values.length, this.#signed);
    else if (direction === "monotonic" && monotonicRun(this.stream, values, this.#signed)) return;
    else literalRun(this.stream, values, this.#signed);
  }
}

/** Longest run: its length less one has nine bits. */
const RUN_MAX = 512;
const SHORT_REPEAT_MIN = 3;
const SHORT_REPEAT_MAX = 10;

/** Fewer repeats cost less within the values around them than as a run between two others. */
const REPEATS_WORTH_A_RUN = 8;

function isPlain(value: number | bigint): value is number {
  return typeof value === "number" && value < EXACT_LIMIT && value > -EXACT_LIMIT;
}

function repeatsFrom(values: readonly number[], from: number): number {
  let to = from + 1;
  while (to < values.length && values[to] === values[from]) to++;
  return to - from;
}

function directionOf(values: readonly number[], step: number): "even" | "monotonic" | "none" {
  let even = true;
  for (let at = 2; at < values.length; at++) {
    const delta = (values[at] ?? 0) - (values[at - 1] ?? 0);
    even &&= delta === step;
    // The first step says which way the others go.
    if (step < 0 ? delta > 0 : delta < 0) return "none";
  }
  return even ? "even" : "monotonic";
}

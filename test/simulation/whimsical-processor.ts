import type { Outcome, Processor, ProcessorBatch } from "../../src/processors/processor.ts";
import type { JsonObject } from "../../src/std/json.ts";
import type { Draw } from "./draw.ts";
import type { Life } from "./life.ts";
import { FUNCTION_TYPE } from "./scenario.ts";

/** What the function said of a record the last time it was asked. */
export interface LastWord {
  readonly result: "kept" | "dropped" | "rejected";
  readonly text: string;
  /** Of the partition key, if it was kept. */
  readonly value: string;
  /** Of the definition under which it was asked. */
  readonly mark: number;
}

/**
 * A user's function that answers at random, and the witness of what it said last: since what was made durable is never
 * asked again, the last word on each record is what has to be in the lake.
 */
export class FunctionWitness {
  readonly lastWords = new Map<string, LastWord>();
  asked = 0;
  askedAgain = 0;
  readonly #draw: Draw;
  #answers = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  processor(options: JsonObject, life: Life): Processor {
    const { drop = 0, reject = 0, mark = 0 } = options as { drop?: number; reject?: number; mark?: number };
    return {
      type: FUNCTION_TYPE,
      pure: false,
      process: async ({ source, outcomes }: ProcessorBatch) => ({
        source,
        outcomes: outcomes.map((outcome) => {
          if (outcome.result !== "kept") return outcome;
          return this.#answer(outcome.index, outcome.bytes.toString(), { drop, reject, mark }, life);
        }),
      }),
      close: async () => undefined,
    };
  }

  #answer(index: number, text: string, whim: { drop: number; reject: number; mark: number }, life: Life): Outcome {
    const dice = this.#draw.random.fraction();
    const changed = `${text}#${whim.mark}.${++this.#answers}`;
    if (life.isAlive()) {
      this.asked++;
      if (this.lastWords.has(text)) this.askedAgain++;
    }
    const value = `v${this.#draw.between(0, 4)}`;
    const say = (result: LastWord["result"], said: string) => {
      if (life.isAlive()) this.lastWords.set(text, { result, text: said, value, mark: whim.mark });
    };
    if (dice < whim.drop) {
      say("dropped", "");
      return { result: "dropped", index };
    }
    if (dice < whim.drop + whim.reject) {
      say("rejected", changed);
      return { result: "rejected", index, errorType: "processing-failed", code: "Whim", message: changed, attempts: 1 };
    }
    say("kept", changed);
    const partitionValues = { "lambda:k": value, "lambda:more": String(dice) };
    return { result: "kept", index, bytes: Buffer.from(changed), partitionValues };
  }
}

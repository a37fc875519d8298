import { isDeepStrictEqual } from "node:util";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { type ErrorOutput, errorOutputOf } from "../model/error-output.ts";

/** A place that a delivery has written its errors to under an earlier definition. */
export interface FormerOutput extends ErrorOutput {
  readonly delivery: string;
}

/** Places that are remembered of one stream: whoever changes them more often has to name the older ones. */
const OUTPUTS_MAX = 100;

/** The former places once `before` has become `after`, each once, those left last at the end. */
export function withFormerOutputs(
  known: readonly FormerOutput[],
  before: readonly DeliveryDefinition[],
  after: readonly DeliveryDefinition[],
): readonly FormerOutput[] {
  const left = before.flatMap((definition): FormerOutput[] => {
    const output = errorOutputOf(definition);
    const successor = after.find(({ id }) => id === definition.id);
    const stays = successor !== undefined && isDeepStrictEqual(output, errorOutputOf(successor));
    return output === undefined || stays ? [] : [{ delivery: definition.id, ...output }];
  });
  const others = known.filter((output) => !left.some((one) => isDeepStrictEqual(one, output)));
  return [...others, ...left].slice(-OUTPUTS_MAX);
}

import type { Bench } from "./harness/bench.ts";
import { intoKeys, MANY_KEYS } from "./harness/into-keys.ts";
import { alternate, ratio } from "./harness/rounds.ts";
import { deliveredMegabytesPerSecond, measureToObjects, type ToObjects, toObjectsRow } from "./harness/to-objects.ts";
import { atLeast, type Question } from "./question.ts";

export const openKeys: Question = {
  name: "open-keys",
  asks: "What do 500 and 5,000 open partitions by content cost, with records of 1 KB that come in turn, against one?",
  run: async (bench) => {
    const { one, hundreds, thousands } = await alternate(bench, {
      one: () => toKeys(bench, 1),
      hundreds: () => toKeys(bench, 500),
      thousands: () => toKeys(bench, 5_000),
    });
    const toOne = (results: readonly ToObjects[]) =>
      ratio(results, one, deliveredMegabytesPerSecond, deliveredMegabytesPerSecond);
    return {
      checks: [
        { what: "500 keys / one", value: toOne(hundreds), limit: atLeast(0.7) },
        { what: "5,000 keys / one", value: toOne(thousands), limit: atLeast(0.4) },
      ],
      rows: [toObjectsRow("1 key", one), toObjectsRow("500 keys", hundreds), toObjectsRow("5,000 keys", thousands)],
    };
  },
};

function toKeys(bench: Bench, keys: number): Promise<ToObjects> {
  return measureToObjects(bench, intoKeys(keys), MANY_KEYS);
}

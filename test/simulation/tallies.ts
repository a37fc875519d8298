import type { Incarnation } from "./operator.ts";
import { BACKUP_ID } from "./scenario.ts";
import type { World } from "./world.ts";

/** What one delivery of one incarnation has in the lake, or at its target. */
export interface Tally {
  /** `doubt`: an error record that says that the target may have it all the same. */
  readonly found: Map<string, "data" | "error" | "doubt">;
  data: number;
  errors: number;
}

export type Tallies = Map<string, Tally>;

/** What a target has that takes records one by one: each as it was sent, and none that an error record says is not there. */
export function checkTarget({ ledger, target }: World, { uid }: Incarnation, tallies: Tallies): void {
  const tally = tallyOf(tallies, uid, BACKUP_ID);
  for (const [identity, text] of target.taken.get(uid) ?? []) {
    const record = ledger.recordOf(text);
    if (record === undefined || record.uid !== uid || record.text !== text) {
      ledger.fail(`the target holds what nobody sent: ${text.slice(0, 60)}`);
      continue;
    }
    const before = tally.found.get(record.id);
    if (before === "doubt") continue;
    if (before !== undefined)
      ledger.fail(`${record.id} is at the target (${identity}), and there is ${before} of it too`);
    tally.found.set(record.id, "data");
    tally.data++;
  }
}

export function tallyOf(tallies: Tallies, uid: string, deliveryId: string): Tally {
  const name = `${uid}/${deliveryId}`;
  const tally = tallies.get(name) ?? { found: new Map(), data: 0, errors: 0 };
  tallies.set(name, tally);
  return tally;
}

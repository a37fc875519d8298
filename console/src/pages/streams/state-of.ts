import type { StreamState } from "../../api/admin-api.ts";
import type { Tone } from "../../ui/badge.tsx";

const STATUSES: Readonly<Record<string, string>> = {
  CREATING: "Creating",
  CREATING_FAILED: "Creation failed",
  DELETING: "Deleting",
  DELETING_FAILED: "Deletion failed",
};

/** Worst first: one delivery that does not get on says more of a stream than another that does. */
const DELIVERY_STATES: readonly { readonly state: string; readonly tone: Tone; readonly label: string }[] = [
  { state: "failed", tone: "bad", label: "Delivery failed" },
  { state: "retrying", tone: "warn", label: "Retrying" },
  { state: "stopped", tone: "warn", label: "Delivery stopped" },
  { state: "recovering", tone: "plain", label: "Recovering" },
];

export interface ShownState {
  readonly tone: Tone;
  readonly label: string;
}

/** A stream in two words. */
export function stateOf({ status, health, unavailable }: StreamState): ShownState {
  const label = STATUSES[status];
  if (label !== undefined) return { tone: status.endsWith("FAILED") ? "bad" : "plain", label };
  if (unavailable !== undefined) return { tone: "bad", label: "Unavailable" };
  if (health?.paused === true) return { tone: "warn", label: "Paused" };
  const worst = DELIVERY_STATES.find(({ state }) => health?.deliveries.some((delivery) => delivery.state === state));
  return worst ?? { tone: "good", label: "Delivering" };
}

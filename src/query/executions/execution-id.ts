import type { Random } from "../../std/random.ts";

/** An id as Athena's are: 32 hex digits in five groups. */
export function drawId(random: Random): string {
  const hex = random.bytes(16).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

import type { Draw } from "./draw.ts";

/** Spoils an event the way producers do: cut off, not what was agreed, empty, wrong in one place, not text at all. */
export function badEvent(draw: Draw, event: Buffer): Buffer {
  switch (draw.whole(0, 4)) {
    case 0:
      return event.subarray(0, draw.whole(1, event.length - 1));
    case 1:
      return Buffer.from("ERROR 500: upstream unavailable");
    case 2:
      return Buffer.from("{}");
    case 3:
      return Buffer.concat([event, Buffer.from("}}")]);
    default:
      return Buffer.from(draw.hex(64), "hex");
  }
}

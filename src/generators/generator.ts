import type { Draw } from "./draw.ts";

/** Makes up events of one kind, endless and repeatable: the same seed and start give the same events. */
export interface Generator {
  readonly name: string;
  /** One sentence for help texts and the reference page. */
  readonly summary: string;
  /** Time between two events, for those who want to send them at a natural pace; also how fast time goes in them. */
  readonly intervalMs: number;
  /** One whole event as its producer would send it, that happened at `atMs`. `index` counts from 0. */
  event(draw: Draw, atMs: number, index: number): Buffer;
}

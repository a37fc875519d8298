/** Half an hour around midnight in Los Angeles, which is eight o'clock in UTC in winter. */
const FROM = Date.parse("2020-01-21T07:45:00Z");
const SPAN_MS = 30 * 60_000;

const KINDS: readonly (readonly [type: string, subType?: string])[] = [
  ["session", "start"],
  ["session", "end"],
  ["purchase", "gems"],
  ["purchase", "hero"],
  ["level_up"],
];

export interface GameEvent {
  readonly id: number;
  readonly timestamp: number;
  readonly type: string;
  readonly sub_type?: string;
  readonly player: string;
}

/** The same in every run. */
export function gameEvents(count: number): GameEvent[] {
  return Array.from({ length: count }, (_, id) => {
    const [type, subType] = KINDS[id % KINDS.length] ?? ["level_up"];
    const timestamp = FROM + Math.floor((SPAN_MS * id) / count);
    return { id, timestamp, type, ...(subType !== undefined && { sub_type: subType }), player: `player-${id % 97}` };
  });
}

/** Where an event belongs: the folder of its accounting day, type and sub_type. */
export function folderOf({ timestamp, type, sub_type = "none" }: GameEvent): string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: "America/Los_Angeles", dateStyle: "short" }).format(
    timestamp,
  );
  return `events/dt=${day}/type=${type}/sub_type=${sub_type}`;
}

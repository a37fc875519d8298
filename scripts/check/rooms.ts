/**
 * The rooms of the house in the order in which they stand on each other: a room may import from the tiers before its own,
 * never from its own tier's other rooms and never from a later tier. This is the table of ARCHITECTURE.md.
 */
export const ROOM_TIERS: readonly (readonly string[])[] = [
  ["std"],
  ["model"],
  ["telemetry"],
  ["access", "storage", "log", "formats", "functions", "generators"],
  ["processors", "sources", "catalog"],
  ["destinations", "query"],
  ["delivery", "jobs", "triggers"],
  ["streams", "alarms"],
  ["api"],
  ["server"],
  ["cli"],
];

/**
 * Rooms that see contracts only: they are handed implementations as values, so that the simulation can hand them others.
 * Foundations (`std`, `model`, `telemetry`) are open to all.
 */
export const CONTRACTS_ONLY: Readonly<Record<string, readonly string[]>> = {
  delivery: [
    "src/log/log.ts",
    "src/log/log-error.ts",
    "src/log/frames/",
    "src/storage/object-store.ts",
    "src/formats/format.ts",
    "src/formats/compression/compressor.ts",
    "src/processors/processor.ts",
    "src/destinations/destination.ts",
    "src/destinations/destination-error.ts",
    "src/destinations/parcel-progress.ts",
  ],
  streams: [
    "src/log/log.ts",
    "src/log/log-error.ts",
    "src/storage/object-store.ts",
    "src/delivery/delivery.ts",
    "src/sources/source.ts",
  ],
};

export const FOUNDATIONS: readonly string[] = ["std", "model", "telemetry"];

/** `src/log/embedded/x.ts` lives in the room `log`; what lies outside `src/` lives in none. */
export function roomOf(path: string): string | undefined {
  const [top, room, file] = path.split("/");
  return top === "src" && file !== undefined ? room : undefined;
}

/** The tier of a room, 0 for the lowest; `undefined` when the table does not know it. */
export function tierOf(room: string): number | undefined {
  const tier = ROOM_TIERS.findIndex((rooms) => rooms.includes(room));
  return tier === -1 ? undefined : tier;
}

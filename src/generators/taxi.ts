import type { Draw } from "./draw.ts";
import type { Generator } from "./generator.ts";

/** Taxi trips, one event when a trip ends, about 393 bytes: times, places, fares, and an id. */
export const taxi: Generator = {
  name: "taxi",
  summary: "Taxi trip: pickup and dropoff time and place, fares (about 393 bytes).",
  intervalMs: 25,
  event: (draw, atMs, index) => Buffer.from(JSON.stringify(trip(draw, atMs, index))),
};

/** Taxi zones of New York are numbered 1 to 265. */
const ZONES = 265;

function trip(draw: Draw, atMs: number, index: number) {
  const seconds = draw.whole(120, 4200);
  const miles = draw.decimal(0.4, seconds / 180, 2);
  const fare = Number((2.5 + miles * 2.5 + seconds / 240).toFixed(1));
  const cash = draw.chance(0.3);
  const tip = cash ? 0 : draw.decimal(0, fare * 0.3, 2);
  const tolls = draw.chance(0.08) ? 5.76 : 0;
  return {
    type: "trip",
    trip_id: 1_000_000_000 + index,
    vendor_id: draw.pick([1, 2]),
    pickup_datetime: time(atMs - seconds * 1000),
    dropoff_datetime: time(atMs),
    passenger_count: draw.whole(1, 6),
    trip_distance: miles,
    rate_code: draw.chance(0.03) ? 2 : 1,
    store_and_forward: draw.chance(0.01),
    pickup_location_id: draw.whole(1, ZONES),
    dropoff_location_id: draw.whole(1, ZONES),
    payment_type: cash ? "cash" : "card",
    fare_amount: fare,
    extra: draw.pick([0, 0.5, 1]),
    mta_tax: 0.5,
    tip_amount: tip,
    tolls_amount: tolls,
    total_amount: Number((fare + tip + tolls + 0.8).toFixed(2)),
  };
}

function time(atMs: number): string {
  return new Date(Math.floor(atMs / 1000) * 1000).toISOString();
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { Trips } from "./trips.ts";

test("Trips end in two months, in order, with ids in a row", () => {
  const source = new Trips(1000);
  const trips = Array.from({ length: 1000 }, () => JSON.parse(source.next().toString()));
  const ends = trips.map((trip) => trip.dropoff_datetime);
  assert.deepEqual(ends, ends.toSorted());
  assert.deepEqual([...new Set(ends.map((end) => end.slice(0, 7)))], ["2018-02", "2018-03"]);
  assert.deepEqual(
    trips.map((trip) => trip.trip_id - trips[0].trip_id),
    trips.map((_, index) => index),
  );
});

test("Trips are the same in every run, and about as long as promised", () => {
  const [first, second] = [new Trips(500), new Trips(500)];
  let bytes = 0;
  for (let index = 0; index < 500; index++) {
    const trip = first.next();
    bytes += trip.length;
    assert.deepEqual(second.next(), trip);
  }
  assert.ok(Math.abs(bytes / 500 - 393) < 10, `${bytes / 500} bytes`);
});

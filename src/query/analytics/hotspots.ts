/**
 * The hotspots behind HOTSPOTS: regions of the newest points that are dense, found as DBSCAN finds clusters (M. Ester,
 * H.-P. Kriegel, J. Sander, X. Xu, KDD 1996; Amazon's documentation names it for the meaning of scanRadius).
 *
 * A point with at least `pointsMin` points near it, itself included, is a core. Cores that are near each other, directly or
 * through other cores, are one hotspot, with all points that are near any of them. A point at the edge of two hotspots
 * counts for both, so that no order of points decides.
 *
 * The density is the number of points divided by the volume of the box around them, each side of which counts as at least
 * one radius: nothing finer is resolved, and points on a line would else be infinitely dense.
 *
 * O(cores x window / 32) a point, and no chance in it: there is no seed.
 */
import { forEachBit } from "./bits.ts";
import type { NeighbourWindow } from "./neighbour-window.ts";

/** The densest are told, so that no answer is longer than some 100 KB. Amazon's declares a column of 10,000 characters. */
const HOTSPOTS_MAX = 100;

/** Its members are in the order in which Amazon's JSON has them. */
export interface Hotspot {
  readonly density: number;
  /** By column. */
  readonly minValues: readonly number[];
  readonly maxValues: readonly number[];
}

/** The hotspots of a window, the densest first. */
export function findHotspots(window: NeighbourWindow, pointsMin: number): readonly Hotspot[] {
  const cores = new Uint32Array(window.words);
  const slots = [...window.slots()].filter((slot) => window.nearCount(slot) >= pointsMin);
  for (const slot of slots) include(cores, slot);
  const found: Hotspot[] = [];
  for (const slot of slots) if (includes(cores, slot)) found.push(hotspotOf(window, takeCluster(window, slot, cores)));
  return found.sort((first, second) => second.density - first.density).slice(0, HOTSPOTS_MAX);
}

/** The points of the cluster of a core, whose cores are taken out of `cores`. */
function takeCluster(window: NeighbourWindow, core: number, cores: Uint32Array): readonly number[] {
  const members = new Uint32Array(window.words);
  const reached = [core];
  for (let slot = reached.pop(); slot !== undefined; slot = reached.pop()) {
    for (let index = 0; index < window.words; index++) {
      const near = window.nearWord(slot, index);
      members[index] = (members[index] as number) | near;
      const fresh = near & (cores[index] as number);
      cores[index] = (cores[index] as number) & ~fresh;
      forEachBit(fresh, index, (other) => reached.push(other));
    }
  }
  const slots: number[] = [];
  for (const [index, word] of members.entries()) forEachBit(word, index, (slot) => slots.push(slot));
  return slots;
}

function hotspotOf(window: NeighbourWindow, slots: readonly number[]): Hotspot {
  const minValues: number[] = [];
  const maxValues: number[] = [];
  let density = slots.length;
  for (let dimension = 0; dimension < window.dimensions; dimension++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const slot of slots) {
      low = Math.min(low, window.value(slot, dimension));
      high = Math.max(high, window.value(slot, dimension));
    }
    minValues.push(low);
    maxValues.push(high);
    density /= Math.max(window.distance(dimension, low, high), 1) * window.radius;
  }
  // JSON has no infinity.
  return { density: Math.min(density, Number.MAX_VALUE), minValues, maxValues };
}

function include(set: Uint32Array, slot: number): void {
  set[slot >>> 5] = (set[slot >>> 5] as number) | (1 << (slot & 31));
}

function includes(set: Uint32Array, slot: number): boolean {
  return ((set[slot >>> 5] as number) & (1 << (slot & 31))) !== 0;
}

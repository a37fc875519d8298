/**
 * What a random cut tree says of a point: two measures, both larger for points that are stranger.
 *
 * **Expected depth**, which is what RANDOM_CUT_FOREST answers. A point that a random cut tells early from the others is
 * strange. A node at depth `d` cuts the point off with the probability `overhang / (overhang + sides)` of its box, and then
 * says `1 / (d + 1)`; else the point goes on to the child on its side of the cut. A leaf of another point cuts it off for
 * certain. A leaf of the same point, of mass `m` in a tree of mass `n`, says `(1 - m / 2n) / (d + log2(m + 1))`: a point that
 * is known well is strange no more. The expectation times `log2(n + 1)` lies between 0 and log2(n + 1), with points
 * like the others near 1. The formula is that of Amazon's published implementation (aws/random-cut-forest-by-aws: its
 * default score of seen and of unseen points, its default damping and normalizer); the documentation of the SQL function
 * gives none, and says that the forest's score is the mean over its trees.
 *
 * **Collusive displacement** (definition 3 of the paper). The displacement of a set of points is how much less deep the
 * others would lie without it, and colluders, such as near duplicates, hide each other. So the point is judged
 * together with those that share a branch with it, in the worst case of all branches: `mass of the sibling / mass of the
 * branch`, the largest on the way from the leaf to the root. The point has to be in the tree.
 */
import { NO_NODE, type RandomCutTree } from "./random-cut-tree.ts";

/** What of a score is due to each dimension: because the value is above what the tree knows, or below it. */
export interface Attribution {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** The expected depth score of a point that need not be in the tree. 0 when the tree is empty. */
export function depthScore(tree: RandomCutTree, point: Float64Array): number {
  if (tree.root === NO_NODE) return 0;
  const { leaf, depth } = descend(tree, point);
  let score = leafScore(tree, leaf, point, depth);
  let nodeDepth = depth;
  for (let node = tree.parentOf(leaf); node !== NO_NODE; node = tree.parentOf(node)) {
    const overhang = tree.overhang(node, point);
    if (overhang === 0) break;
    const cutOff = overhang / (overhang + tree.sidesOf(node));
    score = cutOff / nodeDepth + (1 - cutOff) * score;
    nodeDepth--;
  }
  return score * normalizer(tree);
}

/** Adds to `sum` what makes up `depthScore`, times `weight`. `scratch` is overwritten. */
export function addAttribution(
  tree: RandomCutTree,
  point: Float64Array,
  weight: number,
  sum: Attribution,
  scratch: Attribution,
): void {
  if (tree.root === NO_NODE) return;
  const { leaf, depth } = descend(tree, point);
  scratch.high.fill(0);
  scratch.low.fill(0);
  const atLeaf = leafScore(tree, leaf, point, depth);
  const known = tree.overhang(leaf, point) === 0;
  if (!known) share(tree, leaf, point, atLeaf, scratch);
  else if (leaf === tree.root) shareEvenly(atLeaf, scratch);
  // What tells a known point from its nearest others is what it would be strange for if it were new.
  else share(tree, tree.siblingOf(leaf), point, atLeaf, scratch);
  let nodeDepth = depth;
  for (let node = tree.parentOf(leaf); node !== NO_NODE; node = tree.parentOf(node)) {
    const overhang = tree.overhang(node, point);
    if (overhang === 0) break;
    const cutOff = overhang / (overhang + tree.sidesOf(node));
    scale(scratch, 1 - cutOff);
    share(tree, node, point, cutOff / nodeDepth, scratch);
    nodeDepth--;
  }
  const factor = weight * normalizer(tree);
  for (let dimension = 0; dimension < tree.dimensions; dimension++) {
    sum.high[dimension] = (sum.high[dimension] as number) + (scratch.high[dimension] as number) * factor;
    sum.low[dimension] = (sum.low[dimension] as number) + (scratch.low[dimension] as number) * factor;
  }
}

/** The collusive displacement of a leaf's point. 0 when there is no other point. */
export function collusiveDisplacement(tree: RandomCutTree, leaf: number): number {
  let largest = 0;
  for (let branch = leaf; branch !== tree.root; branch = tree.parentOf(branch)) {
    largest = Math.max(largest, tree.massOf(tree.siblingOf(branch)) / tree.massOf(branch));
  }
  return largest;
}

/** The leaf that the cuts lead to. */
function descend(tree: RandomCutTree, point: Float64Array): { readonly leaf: number; readonly depth: number } {
  let leaf = tree.root;
  let depth = 0;
  while (!tree.isLeaf(leaf)) {
    leaf = tree.childTowards(leaf, point);
    depth++;
  }
  return { leaf, depth };
}

function leafScore(tree: RandomCutTree, leaf: number, point: Float64Array, depth: number): number {
  if (tree.overhang(leaf, point) > 0) return 1 / (depth + 1);
  const mass = tree.massOf(leaf);
  return (1 - mass / (2 * tree.mass)) / (depth + Math.log2(mass + 1));
}

function normalizer(tree: RandomCutTree): number {
  return Math.log2(tree.mass + 1);
}

/** Shares a score out by how far the point hangs over a box in each dimension. */
function share(tree: RandomCutTree, node: number, point: Float64Array, score: number, into: Attribution): void {
  const perUnit = score / tree.overhang(node, point);
  for (let dimension = 0; dimension < tree.dimensions; dimension++) {
    const value = point[dimension] as number;
    const above = value - tree.highOf(node, dimension);
    const below = tree.lowOf(node, dimension) - value;
    if (above > 0) into.high[dimension] = (into.high[dimension] as number) + above * perUnit;
    else if (below > 0) into.low[dimension] = (into.low[dimension] as number) + below * perUnit;
  }
}

function shareEvenly(score: number, into: Attribution): void {
  into.high.fill(score / (2 * into.high.length));
  into.low.fill(score / (2 * into.low.length));
}

function scale(attribution: Attribution, factor: number): void {
  for (let dimension = 0; dimension < attribution.high.length; dimension++) {
    attribution.high[dimension] = (attribution.high[dimension] as number) * factor;
    attribution.low[dimension] = (attribution.low[dimension] as number) * factor;
  }
}

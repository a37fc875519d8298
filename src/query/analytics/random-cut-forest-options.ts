import { z } from "zod";
import { SHINGLE_SIZE_MAX } from "./random-cut-forest.ts";

/*
 * Names, defaults and ranges are those of RANDOM_CUT_FOREST and RANDOM_CUT_FOREST_WITH_EXPLANATION in the SQL reference of
 * Kinesis Data Analytics. `seed` and `scoring` are ours, and given by name.
 */
const TREES = 100;
const TREES_MAX = 1000;
const SUB_SAMPLE_SIZE = 256;
const SUB_SAMPLE_SIZE_MIN = 10;
const SUB_SAMPLE_SIZE_MAX = 1000;
const TIME_DECAY = 100_000;
const TIME_DECAY_MAX = 2_147_483_647;
/** Any whole number of 32 bits is a seed. */
const SEED_MAX = 0xffff_ffff;

const forestOptions = {
  numberOfTrees: z
    .int()
    .min(1)
    .max(TREES_MAX)
    .default(TREES)
    .meta({ description: "Trees whose scores are averaged: more are steadier and take longer.", examples: [200] }),
  subSampleSize: z
    .int()
    .min(SUB_SAMPLE_SIZE_MIN)
    .max(SUB_SAMPLE_SIZE_MAX)
    .default(SUB_SAMPLE_SIZE)
    .meta({
      description:
        "Records that each tree remembers, drawn at random, newer ones likelier. The score is 0 until that many have come. Less than `timeDecay`.",
      examples: [512],
    }),
  timeDecay: z
    .int()
    .min(1)
    .max(TIME_DECAY_MAX)
    .default(TIME_DECAY)
    .meta({
      description:
        "How many of the newest records count. The weight of a record falls by e over that time, then it is forgotten.",
      examples: [7000],
    }),
  shingleSize: z
    .int()
    .min(1)
    .max(SHINGLE_SIZE_MAX)
    .default(1)
    .meta({
      description: "Consecutive records that are judged together as one point, so that the shape of a curve counts.",
      examples: [4],
    }),
};

const seed = z
  .int()
  .min(0)
  .max(SEED_MAX)
  .default(0)
  .meta({ description: "The same seed and the same records in the same order give the same scores.", examples: [42] });

export const randomCutForestOptionsSchema = z
  .strictObject({
    ...forestOptions,
    scoring: z
      .enum(["depth", "displacement"])
      .default("depth")
      .meta({
        description:
          "`depth`: Amazon's score, 0 to log2(subSampleSize + 1), near 1 for the usual. `displacement`: the collusive displacement of the paper, 0 to subSampleSize.",
        examples: ["displacement"],
      }),
    seed,
  })
  .superRefine(checkDecay);

export const explainedForestOptionsSchema = z
  .strictObject({
    ...forestOptions,
    withDirectionality: z
      .boolean()
      .default(false)
      .meta({ description: "Also say whether a value is high or low, and how strongly.", examples: [true] }),
    seed,
  })
  .superRefine(checkDecay);

function checkDecay(
  { subSampleSize, timeDecay }: { readonly subSampleSize: number; readonly timeDecay: number },
  context: z.RefinementCtx,
): void {
  if (subSampleSize < timeDecay) return;
  context.addIssue({
    code: "custom",
    path: ["subSampleSize"],
    message: `expected less than timeDecay, which is ${timeDecay}, got ${subSampleSize}`,
  });
}

import { z } from "zod";

/*
 * Names and ranges are those of HOTSPOTS in the SQL reference of Kinesis Data Analytics, which has no defaults. A distance can
 * have none, as it is in the units of the data. `distance` is ours, and given by name.
 */
const WINDOW_SIZE_MIN = 100;
const WINDOW_SIZE_MAX = 1000;
const POINTS_MIN = 2;
const POINTS = 10;

export const hotspotsOptionsSchema = z
  .strictObject({
    windowSize: z
      .int()
      .min(WINDOW_SIZE_MIN)
      .max(WINDOW_SIZE_MAX)
      .default(WINDOW_SIZE_MAX)
      .meta({ description: "How many of the newest records are looked at.", examples: [500] }),
    scanRadius: z
      .number()
      .positive()
      .meta({
        description:
          "Distance to the nearest neighbours that is usual inside a hotspot and unusual outside, as ε in DBSCAN. In the units of `distance`.",
        examples: [0.05],
      }),
    minimumNumberOfPointsInAHotspot: z
      .int()
      .min(POINTS_MIN)
      .max(WINDOW_SIZE_MAX)
      .default(POINTS)
      .meta({
        description:
          "Records within `scanRadius` of one, itself included, that make it part of a hotspot. At most `windowSize`.",
        examples: [17],
      }),
    distance: z
      .enum(["absolute", "relative"])
      .default("absolute")
      .meta({
        description:
          "`absolute`: in the units of the columns, as Amazon's. `relative`: each column divided by its range in the window, so that columns of any unit count the same.",
        examples: ["relative"],
      }),
  })
  .superRefine(({ windowSize, minimumNumberOfPointsInAHotspot }, context) => {
    if (minimumNumberOfPointsInAHotspot <= windowSize) return;
    context.addIssue({
      code: "custom",
      path: ["minimumNumberOfPointsInAHotspot"],
      message: `expected at most windowSize, which is ${windowSize}, got ${minimumNumberOfPointsInAHotspot}`,
    });
  });

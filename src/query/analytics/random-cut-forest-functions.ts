/** The table functions `random_cut_forest` and `random_cut_forest_with_explanation`. */
import { LakehoseError } from "../../model/errors.ts";
import {
  emptyAttribution,
  FOREST_COLUMNS_MAX,
  forestBytes,
  RandomCutForest,
  type RandomCutForestOptions,
} from "./random-cut-forest.ts";
import { explainedForestOptionsSchema, randomCutForestOptionsSchema } from "./random-cut-forest-options.ts";
import type { TableFunctionDefinition } from "./table-function.ts";
import type { Attribution } from "./tree-scores.ts";

/**
 * What the trees of one query may take. All arguments at their limits would be 21 GB; 100 trees of 256 points of 30 columns
 * are 21 MB, with shingles of 30 rows 558 MB.
 */
const FOREST_BYTES_MAX = 1024 * 1024 * 1024;

const POSITIONAL = ["numberOfTrees", "subSampleSize", "timeDecay", "shingleSize"];

export const randomCutForestFunction: TableFunctionDefinition = {
  name: "random_cut_forest",
  summary: "Scores how unlike the recent records each record is (robust random cut forest).",
  optionsSchema: randomCutForestOptionsSchema,
  positionalArguments: POSITIONAL,
  columnsMax: FOREST_COLUMNS_MAX,
  addedColumns: [{ name: "ANOMALY_SCORE", type: "double" }],
  open(options, columns) {
    const forest = openForest({ ...randomCutForestOptionsSchema.parse(options), columns: columns.length });
    return { next: (row) => [forest.next(row)] };
  },
};

export const explainedForestFunction: TableFunctionDefinition = {
  name: "random_cut_forest_with_explanation",
  summary: "Scores how unlike the recent records each record is, and says which columns make it so.",
  optionsSchema: explainedForestOptionsSchema,
  positionalArguments: [...POSITIONAL, "withDirectionality"],
  columnsMax: FOREST_COLUMNS_MAX,
  addedColumns: [
    { name: "ANOMALY_SCORE", type: "double" },
    { name: "ANOMALY_EXPLANATION", type: "string" },
  ],
  open(options, columns) {
    const { withDirectionality, ...settings } = explainedForestOptionsSchema.parse(options);
    const forest = openForest({ ...settings, scoring: "depth", columns: columns.length });
    const explained = emptyAttribution(columns.length);
    return { next: (row) => [forest.next(row, explained), explanation(columns, explained, withDirectionality)] };
  },
};

function openForest(options: RandomCutForestOptions): RandomCutForest {
  const bytes = forestBytes(options);
  if (bytes <= FOREST_BYTES_MAX) return new RandomCutForest(options);
  const { numberOfTrees, subSampleSize, columns, shingleSize } = options;
  throw new LakehoseError(
    "forest-too-large",
    `Expected a forest of at most ${mebibytes(FOREST_BYTES_MAX)} MiB, got ${mebibytes(bytes)} MiB: numberOfTrees ${numberOfTrees} x subSampleSize ${subSampleSize} x ${columns} columns x shingleSize ${shingleSize}; lower one of them`,
  );
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}

/**
 * Numbers are texts with four places, as in Amazon's answers. The direction is that of the larger share of the column's score,
 * its strength by how much it is larger: so it lies between 0 and the attribution score.
 */
function explanation(columns: readonly string[], { high, low }: Attribution, withDirectionality: boolean): string {
  const entries = columns.map((name, column) => {
    const above = high[column] as number;
    const below = low[column] as number;
    const direction = { DIRECTION: above > below ? "HIGH" : "LOW", STRENGTH: Math.abs(above - below).toFixed(4) };
    return [name, { ...(withDirectionality && direction), ATTRIBUTION_SCORE: (above + below).toFixed(4) }];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

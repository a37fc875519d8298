/** The table function `hotspots`. */
import { findHotspots } from "./hotspots.ts";
import { hotspotsOptionsSchema } from "./hotspots-options.ts";
import { NeighbourWindow } from "./neighbour-window.ts";
import type { TableFunctionDefinition } from "./table-function.ts";

/** As for the forest: Amazon's documentation gives no limit here. */
const COLUMNS_MAX = 30;

export const hotspotsFunction: TableFunctionDefinition = {
  name: "hotspots",
  summary: "Finds regions in which the recent records lie densely (DBSCAN over a sliding window).",
  optionsSchema: hotspotsOptionsSchema,
  positionalArguments: ["windowSize", "scanRadius", "minimumNumberOfPointsInAHotspot"],
  columnsMax: COLUMNS_MAX,
  addedColumns: [{ name: "HOTSPOTS_RESULT", type: "string" }],
  open(options, columns) {
    const settings = hotspotsOptionsSchema.parse(options);
    const window = new NeighbourWindow({
      size: settings.windowSize,
      dimensions: columns.length,
      radius: settings.scanRadius,
      relative: settings.distance === "relative",
    });
    return {
      next(row) {
        window.add(row);
        return [JSON.stringify({ hotspots: findHotspots(window, settings.minimumNumberOfPointsInAHotspot) })];
      },
    };
  },
};

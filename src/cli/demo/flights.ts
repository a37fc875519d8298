import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { CliError } from "../cli-error.ts";

/** Flights within the USA in 2001, US Bureau of Transportation Statistics (public domain), as vega-datasets carries them. */
const PACKAGE = "vega-datasets";
const FILE = "data/flights-20k.json";

/** Each flight as one line of JSON. */
export function flightRecords(): readonly Buffer[] {
  const flights = JSON.parse(readFileSync(dataSetPath(), "utf8")) as object[];
  return flights.map((flight) => Buffer.from(`${JSON.stringify(flight)}\n`));
}

/** The data set comes with a checkout (`npm ci`); the published package does not carry its 40 MB. */
function dataSetPath(): string {
  const found = packageFile();
  if (found !== undefined) return join(dirname(found), FILE);
  throw new CliError(`The demo needs the package ${PACKAGE}: run it in a checkout, or "npm install ${PACKAGE}" first.`);
}

function packageFile(): string | undefined {
  try {
    return findPackageJSON(PACKAGE, import.meta.url);
  } catch {
    return undefined;
  }
}

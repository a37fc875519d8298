/** What is measured, of what: as CloudWatch tells series apart. */
export interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  /** By name. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The dimension that the metrics of a delivery stream have. */
export const STREAM_DIMENSION = "DeliveryStreamName";

/** The same text for the same series, whatever the order of its dimensions; it is what the files hold. */
export function seriesKey({ namespace, name, unit, dimensions }: Series): string {
  const pairs = Object.entries(dimensions).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, name, unit, ...pairs.flat()]);
}

/** The opposite of `seriesKey`. */
export function seriesOf(key: string): Series {
  const [namespace = "", name = "", unit = "", ...pairs] = JSON.parse(key) as string[];
  const dimensions: Record<string, string> = {};
  for (let at = 0; at < pairs.length; at += 2) dimensions[pairs[at] ?? ""] = pairs[at + 1] ?? "";
  return { namespace, name, unit, dimensions };
}

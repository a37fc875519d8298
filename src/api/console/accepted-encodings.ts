export type ServedEncoding = "br" | "gzip";

const SERVED: readonly ServedEncoding[] = ["br", "gzip"];

/** What of our encodings an `Accept-Encoding` header takes, smallest first; `q=0` refuses one. */
export function acceptedEncodings(header: string): readonly ServedEncoding[] {
  const taken = new Set(
    header
      .toLowerCase()
      .split(",")
      .map((entry) => entry.split(";").map((part) => part.trim()))
      .filter(([, quality]) => quality === undefined || !/^q=0(\.0*)?$/.test(quality))
      .map(([name]) => name),
  );
  return SERVED.filter((encoding) => taken.has(encoding));
}

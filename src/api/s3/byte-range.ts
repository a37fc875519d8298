import { S3Error } from "./s3-error.ts";

/** `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The range of an object that a `Range` header asks for; `undefined` for the whole: without a header, with one that is none,
 * and with several ranges, which S3 does not serve. Throws InvalidRange where no byte of it is in the object.
 */
export function rangeOf(header: string | undefined, bytes: number): Span | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(" ", "") ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") return inside(Math.max(0, bytes - Number(last)), bytes, bytes);
  const start = Number(first);
  const end = last === "" ? bytes : Number(last) + 1;
  if (end <= start && last !== "") return undefined;
  return inside(start, Math.min(end, bytes), bytes);
}

export function contentRange({ start, end }: Span, bytes: number): string {
  return `bytes ${start}-${end - 1}/${bytes}`;
}

function inside(start: number, end: number, bytes: number): Span {
  if (start < end) return { start, end };
  const headers = { "content-range": `bytes */${bytes}` };
  throw new S3Error("InvalidRange", "The requested range is not satisfiable", { headers });
}

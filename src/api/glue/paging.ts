import { WireError } from "../protocol/wire-error.ts";

/** Things in one answer where the request names no number, which is also the most (Glue API). */
const PAGE_MAX = 100;

export interface Page<T> {
  readonly items: readonly T[];
  /** The member NextToken of the answer, present while there is more. */
  readonly next: { readonly NextToken?: string };
}

/**
 * The page behind a token. A token holds the key of the last thing that was shown, so that things which come and go
 * between two calls neither repeat nor hide others. `items` are in the order of `isAfter`.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  isAfter: (key: string, last: string) => boolean,
  { NextToken: token, MaxResults: max = PAGE_MAX }: { readonly NextToken?: string; readonly MaxResults?: number },
): Page<T> {
  const last = token === undefined ? undefined : decode(token);
  const rest = last === undefined ? items : items.filter((item) => isAfter(keyOf(item), last));
  const shown = rest.slice(0, max);
  const end = shown.at(-1);
  return {
    items: shown,
    next: shown.length < rest.length && end !== undefined ? { NextToken: encode(keyOf(end)) } : {},
  };
}

export function byName(key: string, last: string): boolean {
  return key > last;
}

/** Versions are shown newest first. */
export function byFallingNumber(key: string, last: string): boolean {
  return Number(key) < Number(last);
}

function encode(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function decode(token: string): string {
  const key = Buffer.from(token, "base64url").toString();
  if (key !== "" && encode(key) === token) return key;
  throw new WireError("InvalidInputException", "NextToken is not one that an earlier answer gave");
}

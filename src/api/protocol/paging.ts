import { WireError, type WireErrorCode } from "./wire-error.ts";

/** How a service has its pages. */
export interface Paging {
  /** Things in one answer where the request names no number. */
  readonly itemsDefault: number;
  /** What a token is answered with that no answer gave. */
  readonly invalidToken: WireErrorCode;
}

/** The number is also the most that it gives (Glue API). */
const GLUE: Paging = { itemsDefault: 100, invalidToken: "InvalidInputException" };

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
  { NextToken: token, MaxResults }: { readonly NextToken?: string; readonly MaxResults?: number },
  { itemsDefault, invalidToken }: Paging = GLUE,
): Page<T> {
  const max = MaxResults ?? itemsDefault;
  const last = token === undefined ? undefined : decode(token, invalidToken);
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

function decode(token: string, invalidToken: WireErrorCode): string {
  const key = Buffer.from(token, "base64url").toString();
  if (key !== "" && encode(key) === token) return key;
  throw new WireError(invalidToken, "NextToken is not one that an earlier answer gave");
}

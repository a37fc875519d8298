/** A parameter of a query string: its name decoded, and the text that stands for it. */
export interface QueryParameter {
  readonly name: string;
  /** Decoded; empty where there is no `=`. */
  readonly value: string;
  /** `name=value` as it stands. */
  readonly raw: string;
}

/** A query string taken apart; `head + parameters joined by & + tail` is the text again. */
export interface QueryString {
  /** What stands before the first parameter of a URL, with the `?`. */
  readonly head: string;
  readonly parameters: readonly QueryParameter[];
  /** The fragment of a URL, with the `#`. */
  readonly tail: string;
}

/**
 * Reads a query string alone (`a=1&b=2`) or that of a URL or path (`/p?a=1#top`). A question mark behind an `=` or `&`
 * belongs to a value.
 */
export function parseQueryString(text: string): QueryString {
  const mark = /^[^=&?#]*\?/.exec(text)?.[0] ?? "";
  const hash = text.indexOf("#", mark.length);
  const end = hash === -1 ? text.length : hash;
  const inside = text.slice(mark.length, end);
  const parameters = inside === "" ? [] : inside.split("&").map(readParameter);
  return { head: mark, parameters, tail: text.slice(end) };
}

export function formatQueryString({ head, parameters, tail }: QueryString): string {
  return head + parameters.map(({ raw }) => raw).join("&") + tail;
}

/** The same parameter with another value, its name as it stands. */
export function withValue(parameter: QueryParameter, value: string): QueryParameter {
  const [name = ""] = parameter.raw.split("=", 1);
  return { name: parameter.name, value, raw: `${name}=${encodeURIComponent(value)}` };
}

/** The same parameter under another name, its value as it stands. */
export function withName(parameter: QueryParameter, name: string): QueryParameter {
  if (parameter.name === name) return parameter;
  const { raw, value } = parameter;
  const equals = raw.indexOf("=");
  return { name, value, raw: encodeURIComponent(name) + (equals === -1 ? "" : raw.slice(equals)) };
}

function readParameter(raw: string): QueryParameter {
  const equals = raw.indexOf("=");
  const name = decode(equals === -1 ? raw : raw.slice(0, equals));
  return { name, value: equals === -1 ? "" : decode(raw.slice(equals + 1)), raw };
}

/** As forms encode; what is no valid encoding stands for itself. */
function decode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

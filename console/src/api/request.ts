import { ApiError } from "./api-error.ts";

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ApiRequest extends CallOptions {
  readonly method: string;
  /** After `/api/`, with its values encoded. */
  readonly path: string;
  readonly body?: object;
}

/** Where a link leads to what is after `/api/`. */
export function addressOf(path: string): string {
  return `/api/${path}`;
}

/** One call of the admin API. Rejects with an `ApiError` for what the server refuses. */
export async function request<Answer>({ method, path, body, signal }: ApiRequest): Promise<Answer> {
  const response = await fetch(addressOf(path), {
    method,
    credentials: "same-origin",
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    ...(signal !== undefined && { signal }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  const { code = "unknown", message } = (answer ?? {}) as { code?: string; message?: string };
  throw new ApiError(response.status, code, message ?? `The server answered ${response.status} without a reason`);
}

/** `?from=10&limit=5`, or nothing; what is undefined is left out. */
export function queryText(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

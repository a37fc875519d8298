import { ApiError } from "./api-error.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** After `/api/`, with its values encoded. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/** One call of the admin API. Rejects with an `ApiError` for what the server refuses. */
export async function request<Answer>({ method, path, body, signal }: ApiRequest): Promise<Answer> {
  const response = await fetch(`/api/${path}`, {
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

import type { HttpAnswer } from "../http-client/http-client.ts";

/** Longest `errorMessage` of an answer (HTTP endpoint delivery 1.0). */
const ERROR_MESSAGE_LENGTH_MAX = 8192;

const MEMBERS: ReadonlySet<string> = new Set(["requestId", "timestamp", "errorMessage"]);

/**
 * What is wrong with an answer of status 200, or nothing:
 *
 *     200, Content-Type: application/json, Content-Length, no Content-Encoding
 *     body => { "requestId": that of the request, "timestamp": number, "errorMessage"?: string }      nothing else
 *
 * AWS is as strict: a receiver that works here works there.
 */
export function answerProblem({ headers, body }: HttpAnswer, requestId: string): string | undefined {
  const type = String(headers["content-type"] ?? "none");
  if (!/^application\/json\s*(;|$)/i.test(type)) return `expected the Content-Type application/json, got ${type}`;
  if (headers["content-encoding"] !== undefined) {
    return `expected no Content-Encoding, got ${String(headers["content-encoding"])}`;
  }
  if (headers["content-length"] === undefined) return "expected a Content-Length, got none";
  return bodyProblem(body.toString("utf8"), requestId);
}

function bodyProblem(text: string, requestId: string): string | undefined {
  const answer = parseObject(text);
  if (answer === undefined) return `expected a JSON object, got ${excerpt(text)}`;
  if (answer.requestId !== requestId) return `expected the requestId ${requestId}, got ${shown(answer.requestId)}`;
  if (typeof answer.timestamp !== "number") {
    return `expected a timestamp that is a number of milliseconds, got ${shown(answer.timestamp)}`;
  }
  const { errorMessage = "" } = answer;
  if (typeof errorMessage !== "string" || errorMessage.length > ERROR_MESSAGE_LENGTH_MAX) {
    return `expected an errorMessage of up to ${ERROR_MESSAGE_LENGTH_MAX} characters, got ${shown(errorMessage)}`;
  }
  const stranger = Object.keys(answer).find((name) => !MEMBERS.has(name));
  return stranger === undefined ? undefined : `expected no other members, got ${shown(stranger)}`;
}

/** As much of an answer as people want to read, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "nothing";
  return line.length > EXCERPT_LENGTH_MAX ? `${line.slice(0, EXCERPT_LENGTH_MAX)}…` : line;
}

const EXCERPT_LENGTH_MAX = 1000;

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  return value === undefined ? "none" : excerpt(JSON.stringify(value)).slice(0, 100);
}

import { WIRE_ERROR_STATUS } from "../../src/api/protocol/wire-error.ts";
import type { AnswerForm, HostileRequest } from "./hostile-request.ts";
import type { RawAnswer, Silence } from "./raw-client.ts";

/** What became of a request: the code that answered it, or what is wrong with the answer. */
export interface Verdict {
  readonly code: string;
  readonly problem?: string;
}

/** Statuses that the listener gives to bytes that are no request of any protocol. */
const BARE_STATUSES: ReadonlySet<number> = new Set([400, 408, 413, 417, 431]);

/** Codes above 500 that are no failure: too much at a time, or more than there is. A HEAD has only its status to say so. */
const ADMITTED: ReadonlySet<string> = new Set(["ServiceUnavailableException", "NotImplemented", "501", "503"]);

/**
 * The promise to strangers: every request is answered, in the form of the door that it knocked at, by a code that door
 * knows, and never by the admission that something broke inside.
 */
export function judgeAnswer(request: HostileRequest, answer: RawAnswer | Silence): Verdict {
  if (typeof answer === "string") {
    return request.half === true ? { code: answer } : { code: answer, problem: `no answer: ${answer}` };
  }
  const form = formOf(answer, request);
  const code = answer.status < 400 ? String(answer.status) : codeOf(form, answer, request);
  const problem = problemOf(request, form, code, answer);
  return problem === undefined ? { code } : { code, problem };
}

function problemOf(request: HostileRequest, form: AnswerForm, code: string, answer: RawAnswer): string | undefined {
  const { status } = answer;
  if (/^internal/i.test(code) || (status >= 500 && !ADMITTED.has(code))) return "a failure inside";
  if (!request.forms.includes(form)) return `an answer in the form ${form}, expected ${request.forms.join(" or ")}`;
  if (status < 400) return undefined;
  if (code === "") return "an error without a code";
  if (form === "aws-json" && awsStatus(code) !== status) return `status ${status} for ${code}`;
  if (form === "bare" && !BARE_STATUSES.has(status)) return `a bare ${status}`;
  return undefined;
}

function awsStatus(code: string): number | undefined {
  return Object.hasOwn(WIRE_ERROR_STATUS, code) ? WIRE_ERROR_STATUS[code as keyof typeof WIRE_ERROR_STATUS] : undefined;
}

function formOf({ headers, body }: RawAnswer, { forms }: HostileRequest): AnswerForm {
  const type = headers["content-type"] ?? "";
  if (forms.includes("delivery") && type === "application/json") return isDelivery(body) ? "delivery" : "json";
  if (type.startsWith("application/x-amz-json")) return "aws-json";
  if (type.startsWith("text/xml")) return "aws-query";
  if (type === "application/xml") return "s3";
  if (type.startsWith("application/json")) return "json";
  return type.startsWith("text/plain") ? "text" : "bare";
}

/** What Firehose takes for an answer: these members and no others. */
function isDelivery(body: Buffer): boolean {
  if (body.length === 0) return true;
  const { requestId, timestamp, errorMessage = "", ...more } = JSON.parse(body.toString("utf8"));
  const members = [typeof requestId, typeof timestamp, typeof errorMessage];
  return members.join() === "string,number,string" && Object.keys(more).length === 0;
}

/** The code in the body; for the AWS wire it has to be the same in header and body, and a message has to explain it. */
function codeOf(form: AnswerForm, { headers, body, status }: RawAnswer, { bodiless }: HostileRequest): string {
  if (bodiless === true) return headers["x-amzn-errortype"] ?? String(status);
  const text = body.toString("utf8");
  // S3 answers HEAD without a body: then the status is all there is.
  if (form === "s3" && text === "") return String(status);
  if (form === "aws-query" || form === "s3") return /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? "";
  if (form === "delivery" || form === "text" || form === "bare") return String(status);
  const { __type, code, message } = JSON.parse(text) as Record<string, unknown>;
  if (typeof message !== "string" || message === "") return "";
  if (form === "json") return typeof code === "string" ? code : "";
  return typeof __type === "string" && __type === headers["x-amzn-errortype"] ? __type : "";
}

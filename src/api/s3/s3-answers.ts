import type { HttpAnswer } from "../protocol/http.ts";
import type { S3Call } from "./s3-call.ts";
import { XML_DECLARATION, type XmlNode, xmlDocument } from "./xml-write.ts";

/** How long a client waits for a first byte without a doubt; its own patience is a minute at least. */
const QUIET_MS_MAX = 5_000;

export function xmlAnswer(document: XmlNode, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, body: xmlDocument(document) };
}

/** An answer without any body, not even an empty one: 204, 304, and all to HEAD. */
export function bodiless(status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, body: NOTHING };
}

/** 200 with nothing in it. */
export function emptyAnswer(headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status: 200, headers, body: "" };
}

const NOTHING: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

/**
 * The answer to what may take long (a copy of gigabytes). As S3 does: where it takes longer than clients wait in silence, 200
 * is said at once, blanks keep the connection busy, and the document says whether it went well.
 */
export async function patientAnswer(call: S3Call, work: Promise<XmlNode>): Promise<HttpAnswer> {
  const waiting = new AbortController();
  const isDone = work.then(
    () => true,
    () => true,
  );
  const quiet = () =>
    call.clock.sleep(QUIET_MS_MAX, waiting.signal).then(
      () => false,
      () => true,
    );
  if (await Promise.race([isDone, quiet()])) {
    waiting.abort();
    return xmlAnswer(await work);
  }
  const blanks = async function* () {
    yield Buffer.from(XML_DECLARATION);
    while (!(await Promise.race([isDone, quiet()]))) yield Buffer.from(" ");
    waiting.abort();
    const document = await work.then(xmlDocument, (error: unknown) => call.explainLate(error));
    yield Buffer.from(document.slice(document.indexOf("\n") + 1));
  };
  return { status: 200, headers: { "content-type": "application/xml" }, body: blanks() };
}

/** `2026-01-02T03:04:05.678Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

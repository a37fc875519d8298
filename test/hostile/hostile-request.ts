/** How an answer may be told: which of the server's own forms its status and body have. */
export type AnswerForm = "aws-json" | "aws-query" | "s3" | "json" | "delivery" | "text" | "bare";

/** A request as its bytes go out, and what may come back. */
export interface HostileRequest {
  /** For the report of a failure. */
  readonly what: string;
  readonly bytes: Buffer;
  /** Any of these forms. */
  readonly forms: readonly AnswerForm[];
  /** The request is never whole: the sending side is closed after these bytes, and then silence is an answer, too. */
  readonly half?: boolean;
  /** A HEAD request. */
  readonly bodiless?: boolean;
}

export interface RequestParts {
  readonly method?: string;
  readonly path?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A request of HTTP/1.1 with Host and Content-Length, whatever the rest of it is worth. */
export function requestBytes({ method = "POST", path = "/", headers, body }: RequestParts): Buffer {
  const own = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const length: [string, string][] = own ? [] : [["Content-Length", String(body.length)]];
  const lines = [["Host", "localhost"] as const, ...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"), body]);
}

export function chunked(body: Buffer, bytesEach: number): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += bytesEach) {
    const chunk = body.subarray(at, at + bytesEach);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
}

import { request } from "node:http";

export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

/** One plain call over a connection of its own. `fetch` would load for longer than some servers here start. */
export function call(
  method: "GET" | "POST" | "PUT",
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const outgoing = request(
      url,
      { method, agent: false, headers: { ...headers, "content-length": length } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.once("error", reject);
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

/** A call of the wire protocol, unsigned unless a header says otherwise. */
export function callFirehose(
  url: string,
  operation: string,
  input: object,
  more: Readonly<Record<string, string>> = {},
): Promise<HttpReply> {
  const headers = { "x-amz-target": `Firehose_20150804.${operation}`, "content-type": "application/x-amz-json-1.1" };
  return call("POST", url, { ...headers, ...more }, JSON.stringify(input));
}

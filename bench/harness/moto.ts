import { request } from "node:http";
import type { HttpReply } from "./http.ts";

interface MotoCall {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly target?: string;
  readonly body?: string;
}

/** moto tells services apart by the scope of the signature and checks nothing else of it. */
export function callMoto(
  url: string,
  service: string,
  { method, path, target, body = "" }: MotoCall,
): Promise<HttpReply> {
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=bench/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    "content-length": Buffer.byteLength(body),
    ...(target !== undefined && { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { method, agent: false, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.once("error", reject);
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

/**
 * What one would write in an afternoon, and durable all the same: JSON.parse of the body, an object and a Buffer for each
 * record, a random id for each, one write and one fdatasync for each request. Started as `naive-server.ts FILE`.
 */
import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { serve } from "./serve.ts";

interface PutInput {
  readonly Record?: { readonly Data: string };
  readonly Records?: readonly { readonly Data: string }[];
}

const path = process.argv[2];
if (path === undefined) throw new Error("Usage: naive-server.ts FILE");
const file = await open(path, "wx");
let end = 0;

serve(async (request, response) => {
  const input: PutInput = JSON.parse(await textOf(request));
  const records = (input.Records ?? [input.Record ?? { Data: "" }]).map(({ Data }) => ({
    id: randomUUID(),
    data: Buffer.from(Data, "base64"),
  }));
  const bytes = Buffer.concat(records.map(({ data }) => data));
  const position = end;
  end += bytes.length;
  await file.write(bytes, 0, bytes.length, position);
  await file.datasync();
  const ids = records.map(({ id }) => ({ RecordId: id }));
  const answer = input.Records === undefined ? ids[0] : { FailedPutCount: 0, RequestResponses: ids };
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

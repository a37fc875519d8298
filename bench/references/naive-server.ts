/**
 * What one would write in an afternoon, and durable all the same: JSON.parse of the body, an object and a Buffer for each
 * record, a random id for each, one write and one fdatasync for each request. With a folder it does the rest of the job
 * too: objects of 64 MiB with the same records, synced and renamed. Started as `naive-server.ts FILE [FOLDER]`.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { serve } from "./serve.ts";

interface PutInput {
  readonly Record?: { readonly Data: string };
  readonly Records?: readonly { readonly Data: string }[];
}

const OBJECT_BYTES = 64 * 1024 * 1024;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

const [, , path, folder] = process.argv;
if (path === undefined) throw new Error("Usage: naive-server.ts FILE [FOLDER]");
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
  if (folder !== undefined) await deliver(folder, bytes);
  const ids = records.map(({ id }) => ({ RecordId: id }));
  const answer = input.Records === undefined ? ids[0] : { FailedPutCount: 0, RequestResponses: ids };
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
});

let object: { readonly file: FileHandle; readonly path: string; bytes: number } | undefined;
let objects = 0;
let waitingBytes = 0;
let delivered: Promise<void> = Promise.resolve();

/** In order and behind the answers, which wait only when too much memory does. */
async function deliver(folder: string, bytes: Buffer): Promise<void> {
  waitingBytes += bytes.length;
  delivered = delivered.then(() => appendToObject(folder, bytes));
  if (waitingBytes > WAITING_BYTES_MAX) await delivered;
}

async function appendToObject(folder: string, bytes: Buffer): Promise<void> {
  const path = `${folder}/${objects}`;
  object ??= { file: await open(`${path}.part`, "wx"), path, bytes: 0 };
  await object.file.write(bytes, 0, bytes.length, object.bytes);
  object.bytes += bytes.length;
  waitingBytes -= bytes.length;
  if (object.bytes < OBJECT_BYTES) return;
  await object.file.datasync();
  await object.file.close();
  await rename(`${object.path}.part`, object.path);
  object = undefined;
  objects++;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

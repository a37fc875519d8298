/**
 * Files over HTTP and nothing else: a GET streams a file, a PUT writes the body to one, syncs it and renames it. What a door to
 * a folder can be at most. Started as `static-server.ts FOLDER`.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { serve } from "./serve.ts";

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("Usage: static-server.ts FOLDER");
let uploads = 0;

serve(async (request, response) => {
  const path = join(folder, basename(request.url ?? ""));
  if (request.method === "GET") {
    response.writeHead(200, { "content-length": (await stat(path)).size });
    await pipeline(createReadStream(path), response);
    return;
  }
  const temporary = join(folder, `upload-${uploads++}.tmp`);
  await pipeline(request, createWriteStream(temporary));
  const file = await open(temporary);
  await file.datasync();
  await file.close();
  await rename(temporary, path);
  response.writeHead(200, { "content-length": 0 });
  response.end();
});

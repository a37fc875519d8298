import { Agent, request } from "node:http";
import type { Bench } from "./harness/bench.ts";
import { startStatic } from "./harness/references.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const OBJECT_BYTES = 8 * 1024 * 1024;

/** Clients such as Spark and the AWS CLI move several objects at a time. */
const CONNECTIONS = 4;

/** Names that are written again and again, so that the disk does not fill. */
const NAMES = 16;

interface Moved {
  readonly putMegabytesPerSecond: number;
  readonly getMegabytesPerSecond: number;
}

export const s3Door: Question = {
  name: "s3-door",
  asks: "How fast do objects of 8 MiB go in and out through the S3 door, beside a server that does nothing but read and write files?",
  run: async (bench) => {
    const { files, door } = await alternate(bench, {
      files: () => bench.withFolder(async (folder) => move(bench, await startStatic(folder), "")),
      door: () =>
        bench.withLakehose({ streams: [] }, (server) =>
          move(bench, { url: server.url, kill: () => Promise.resolve() }, "/lake"),
        ),
    });
    const put = ({ putMegabytesPerSecond }: Moved) => putMegabytesPerSecond;
    const get = ({ getMegabytesPerSecond }: Moved) => getMegabytesPerSecond;
    const row = (name: string, moved: readonly Moved[]) => ({
      name,
      values: { "PUT MB/s": middle(moved, put), "GET MB/s": middle(moved, get) },
    });
    return {
      checks: [
        { what: "PUT: door / files", value: ratio(door, files, put, put), limit: atLeast(0.7) },
        { what: "GET: door / files", value: ratio(door, files, get, get), limit: atLeast(0.7) },
      ],
      rows: [row("files", files), row("door", door)],
      notes: [`${CONNECTIONS} connections; every PUT is synced before it is answered, in both.`],
    };
  },
};

async function move(bench: Bench, server: { url: string; kill(): Promise<void> }, bucket: string): Promise<Moved> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const send = (method: "GET" | "PUT", path: string) => exchange(agent, method, server.url + path);
  try {
    if (bucket !== "") await send("PUT", bucket);
    for (let name = 0; name < NAMES; name++) await send("PUT", `${bucket}/${name}`);
    const putMegabytesPerSecond = await pace(bench.seconds, (index) => send("PUT", `${bucket}/${index % NAMES}`));
    const getMegabytesPerSecond = await pace(bench.seconds, (index) => send("GET", `${bucket}/${index % NAMES}`));
    return { putMegabytesPerSecond, getMegabytesPerSecond };
  } finally {
    agent.destroy();
    await server.kill();
  }
}

/** Megabytes a second, as long as so many seconds. */
async function pace(seconds: number, moveOne: (index: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  let moved = 0;
  const worker = async () => {
    while (elapsed() < seconds) await moveOne(moved++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return (moved * OBJECT_BYTES) / 1e6 / elapsed();
}

const OBJECT = Buffer.alloc(OBJECT_BYTES, "Objects of eight mebibytes. ");

function exchange(agent: Agent, method: "GET" | "PUT", url: string): Promise<void> {
  const isObject = method === "PUT" && /\/\d+$/.test(url);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { agent, method, headers: { "content-length": isObject ? OBJECT_BYTES : 0 } },
      (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on("end", () => {
          if (response.statusCode === 200 && (method === "PUT" || bytes === OBJECT_BYTES)) resolve();
          else reject(new Error(`${method} ${url} answered ${response.statusCode} with ${bytes} bytes`));
        });
      },
    );
    call.on("error", reject);
    call.end(isObject ? OBJECT : undefined);
  });
}

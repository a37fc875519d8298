import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { type BodyOptions, RefusedError } from "../../api/protocol/http.ts";
import { BufferPool } from "../../std/buffer-pool.ts";
import type { BodyBudget } from "./body-budget.ts";

/** A body and the share of the budget that it holds until the answer is sent. */
export interface HeldBody {
  readonly body: Buffer;
  readonly heldBytes: number;
}

/** Keeps nothing. */
const NO_POOL = new BufferPool(0);

/** gzip cannot grow data by more than this (RFC 1951: 258 bytes from 2 bits); zstd can, and gets the whole bound. */
const GZIP_GROWTH_MAX = 1032;

/**
 * Reads a body into one buffer, out of `pool`, where it may go back once nobody looks at the body any more. Its memory is reserved before the first byte is read: the declared length, or the limit
 * where a body is chunked or packed and its size is known only afterwards; what was too much is given back then.
 */
export async function readBody(
  message: IncomingMessage,
  budget: BodyBudget,
  limitBytes: number,
  options: BodyOptions = {},
  pool: BufferPool = NO_POOL,
): Promise<HeldBody> {
  const bytesMax = options.bytesMax ?? limitBytes;
  const encoding = options.decode === true ? encodingOf(message) : "identity";
  const length = message.headers["content-length"];
  const declared = length === undefined ? undefined : Number(length);
  if (declared !== undefined && declared > bytesMax) throw tooLarge(`${declared} bytes`, bytesMax);
  const reserved = reservation(declared, encoding, bytesMax);
  await budget.acquire(reserved);
  try {
    const flow = () => new BodyFlow(message, budget, reserved);
    const raw =
      takeWhole(message, declared) ??
      (declared === undefined ? await readChunked(flow(), bytesMax) : await readExactly(flow(), declared, pool));
    const body = encoding === "identity" ? raw : await inflate(raw, encoding, bytesMax);
    budget.release(reserved - body.length);
    return { body, heldBytes: body.length };
  } catch (error) {
    budget.release(reserved);
    throw error;
  }
}

type Encoding = "identity" | "gzip" | "zstd";

function encodingOf(message: IncomingMessage): Encoding {
  const encoding = (message.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return "identity";
  if (encoding === "gzip" || encoding === "x-gzip") return "gzip";
  if (encoding === "zstd") return "zstd";
  const shown = encoding.slice(0, 64);
  throw new RefusedError("encoding-unsupported", `Content-Encoding must be gzip, zstd or absent, got "${shown}"`);
}

function reservation(declared: number | undefined, encoding: Encoding, bytesMax: number): number {
  if (declared === undefined) return bytesMax;
  if (encoding === "identity") return declared;
  // The packed bytes are small beside what they unpack to and gone once unpacked.
  return encoding === "gzip" ? Math.min(bytesMax, declared * GZIP_GROWTH_MAX) : bytesMax;
}

/**
 * A small body comes with its head: then all of it is there by now, and no events have to be waited for. Node may say so
 * only after this turn (`complete`), but what was declared is all that can come.
 */
function takeWhole(message: IncomingMessage, declared: number | undefined): Buffer | undefined {
  if (declared === undefined || declared === 0 || message.readableLength !== declared) return undefined;
  return message.read() as Buffer;
}

function readExactly(flow: BodyFlow, bytes: number, pool: BufferPool): Promise<Buffer> {
  const body = pool.take(bytes);
  let filled = 0;
  return flow
    .consume((chunk) => {
      // Node's parser holds the client to its Content-Length, so the chunks cannot be more than was declared.
      filled += chunk.copy(body, filled);
    })
    .then(() => {
      if (filled === bytes) return body;
      throw new RefusedError("body-broken", `Expected ${bytes} bytes of body, got ${filled}`);
    });
}

async function readChunked(flow: BodyFlow, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await flow.consume((chunk) => {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(`more than ${bytesMax} bytes`, bytesMax);
    chunks.push(chunk);
  });
  return Buffer.concat(chunks, bytes);
}

/** The bytes of one body as they come. Ends early where others need its memory and it does not come. */
class BodyFlow {
  readonly #message: IncomingMessage;
  readonly #budget: BodyBudget;
  readonly #reserved: number;

  constructor(message: IncomingMessage, budget: BodyBudget, reserved: number) {
    this.#message = message;
    this.#budget = budget;
    this.#reserved = reserved;
  }

  consume(take: (chunk: Buffer) => void): Promise<void> {
    const message = this.#message;
    return new Promise((resolve, reject) => {
      let settled = false;
      // Listeners stay: taking them off costs more than the message, which is garbage soon, and nobody else reads it.
      const settle = (error?: unknown) => {
        if (settled) return;
        settled = true;
        this.#budget.arrived(body);
        if (error === undefined) resolve();
        else reject(error);
      };
      const body = this.#budget.arriving(this.#reserved, () => settle(tooSlow(body.receivedBytes)));
      message.on("data", (chunk: Buffer) => {
        if (settled) return;
        body.receivedBytes += chunk.length;
        try {
          take(chunk);
        } catch (error) {
          settle(error);
        }
      });
      const onBroken = () => {
        if (!settled) settle(new RefusedError("body-broken", "The connection ended before the whole body came"));
      };
      message.on("end", () => settle());
      message.on("error", onBroken);
      message.on("close", onBroken);
      if (message.destroyed) onBroken();
    });
  }
}

function tooSlow(receivedBytes: number): RefusedError {
  return new RefusedError(
    "timed-out",
    `The body comes too slowly while others wait for memory: ${receivedBytes} bytes of it came. Send it again, or less at a time.`,
  );
}

const unpackers = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  zstd: promisify<Buffer, object, Buffer>(zstdDecompress),
};

async function inflate(packed: Buffer, encoding: "gzip" | "zstd", bytesMax: number): Promise<Buffer> {
  try {
    return await unpackers[encoding](packed, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(`more than ${bytesMax} bytes after unpacking`, bytesMax);
    }
    throw new RefusedError("body-broken", `The body is not valid ${encoding}, as its Content-Encoding says it is`);
  }
}

function tooLarge(came: string, bytesMax: number): RefusedError {
  return new RefusedError(
    "body-too-large",
    `Request bodies may have at most ${bytesMax} bytes, got ${came}: send less at a time`,
  );
}

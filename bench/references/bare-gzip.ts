/**
 * The ceiling of everything that writes gzip: zlib at level 1 on one core, nothing else, over the events that the load
 * generator sends. Started as `bare-gzip.ts SECONDS`; prints how many bytes it took in and gave out.
 */
import { gzipSync } from "node:zlib";
import { Events } from "../harness/events.ts";

/** Large enough that beginning a stream anew does not show. */
const PIECE_BYTES = 1024 * 1000;
const PIECES = 64;

const seconds = Number(process.argv[2] ?? 10);
const events = new Events(1000);
const pieces = Array.from({ length: PIECES }, () =>
  Buffer.concat(Array.from({ length: PIECE_BYTES / 1000 }, () => events.next())),
);
const startedAt = performance.now();
let taken = 0;
let given = 0;
for (let index = 0; performance.now() - startedAt < seconds * 1000; index++) {
  const piece = pieces[index % PIECES] ?? Buffer.alloc(0);
  given += gzipSync(piece, { level: 1, memLevel: 9, chunkSize: 256 * 1024 }).length;
  taken += piece.length;
}
const elapsedSeconds = (performance.now() - startedAt) / 1000;
process.stdout.write(`took ${taken} gave ${given} in ${elapsedSeconds}\n`);

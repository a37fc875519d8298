import { crc32 } from "node:zlib";

/**
 * One line of a change log: eight hex digits of the length of the JSON, eight of its CRC-32, the JSON, a line feed.
 *
 *     0000000c 1c2f0f2b {"format":1}
 *
 * A line is written in one piece at the end of the file and synced before the next one begins. So a power loss can tear
 * only the last line, and tears show: bytes are missing at the end, or a whole sector is zeros, which JSON never holds.
 * All else that does not fit its CRC was whole once: somebody was told that it is stored, and it is damage.
 */
export type LineReading =
  | { readonly kind: "whole"; readonly json: unknown }
  | { readonly kind: "torn" }
  | { readonly kind: "damaged"; readonly reason: string };

export function encodeLine(json: object): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  const head = `${hex(text.byteLength)} ${hex(crc32(text))} `;
  return Buffer.concat([Buffer.from(head), text, LINE_FEED]);
}

/** `bytes` begin a line and end with its line feed, or with the file. `position` is where they begin in the file. */
export function readLine(bytes: Buffer, position: number): LineReading {
  const head = HEAD.exec(bytes.subarray(0, HEAD_BYTES).toString("latin1"));
  const total = head === null ? undefined : HEAD_BYTES + Number.parseInt(head[1] ?? "", 16) + 1;
  const text = bytes.subarray(HEAD_BYTES, -1);
  const closed = bytes.at(-1) === LINE_FEED[0];
  if (closed && total === bytes.byteLength && crc32(text) === Number.parseInt(head?.[2] ?? "", 16)) {
    return { kind: "whole", json: JSON.parse(text.toString()) };
  }
  if (hasEmptySector(bytes, position)) return { kind: "torn" };
  if (!closed && bytes.byteLength < (total ?? HEAD_BYTES)) return { kind: "torn" };
  return { kind: "damaged", reason: `the line at byte ${position} does not have the length and the CRC that it says` };
}

const HEAD = /^([0-9a-f]{8}) ([0-9a-f]{8}) $/;
const HEAD_BYTES = 18;
const LINE_FEED = Buffer.from("\n");

/** Disks write whole sectors; this is the smallest there is. */
const SECTOR_BYTES = 512;

/** Whether what lies in one of the sectors is all zeros: it never reached the disk. */
function hasEmptySector(bytes: Buffer, position: number): boolean {
  let start = 0;
  while (start < bytes.byteLength) {
    const end = start + SECTOR_BYTES - ((position + start) % SECTOR_BYTES);
    if (bytes.subarray(start, end).every((byte) => byte === 0)) return true;
    start = end;
  }
  return false;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

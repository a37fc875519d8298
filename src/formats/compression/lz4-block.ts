/**
 * One LZ4 block, unpacked: sequences of literals and a match that goes back in what is unpacked already.
 *
 *     token     literals (4 bits), match length less 4 (4 bits); 15 is followed by bytes that add up, the last below 255
 *     literals  as they are
 *     offset    of the match, backwards from here (uint16 LE); the last sequence ends before it
 *
 * `history` is what linked blocks may go back to. Throws a plain `Error` for bytes that are no block.
 */
export function unpackLz4Block(packed: Buffer, bytesMax: number, history: Buffer = Buffer.alloc(0)): Buffer {
  const output = Buffer.allocUnsafe(history.length + bytesMax);
  history.copy(output);
  let to = history.length;
  let at = 0;
  const length = (start: number): number => {
    let sum = start;
    if (start < 15) return sum;
    for (let byte = 255; byte === 255; sum += byte) byte = packed[at++] ?? ended();
    return sum;
  };
  while (at < packed.length) {
    const token = packed[at++] ?? ended();
    const literals = length(token >> 4);
    if (at + literals > packed.length) ended();
    if (to + literals > output.length) tooLarge(bytesMax);
    packed.copy(output, to, at, at + literals);
    at += literals;
    to += literals;
    if (at === packed.length) break;
    if (at + 2 > packed.length) ended();
    const offset = packed.readUInt16LE(at);
    at += 2;
    const count = length(token & 15) + 4;
    if (offset === 0 || offset > to)
      throw new Error("Expected an LZ4 match within what is unpacked, got one before it");
    if (to + count > output.length) tooLarge(bytesMax);
    // Byte by byte: a match may overlap what it makes.
    for (let left = count; left > 0; left--, to++) output[to] = output[to - offset] ?? 0;
  }
  return output.subarray(history.length, to);
}

function ended(): never {
  throw new Error("Expected a whole LZ4 block, got an end before it");
}

function tooLarge(bytesMax: number): never {
  throw new Error(`Expected an LZ4 block of at most ${bytesMax} bytes, got a larger one`);
}

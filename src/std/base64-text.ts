const PADDING = 0x3d;

/** How many bytes the base64 between two places decodes to, if it is valid; its length is a multiple of four. */
export function decodedBytes(text: Buffer, from: number, to: number): number {
  if (to === from) return 0;
  const padding = text[to - 1] !== PADDING ? 0 : text[to - 2] !== PADDING ? 1 : 2;
  return ((to - from) / 4) * 3 - padding;
}

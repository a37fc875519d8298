const PADDING = 0x3d;

/** How many bytes the base64 between two places decodes to, if it is valid; its length is a multiple of four. */
export function decodedBytes(text: Buffer, from: number, to: number): number {
  if (to === from) return 0;
  const padding = text[to - 1] !== PADDING ? 0 : text[to - 2] !== PADDING ? 1 : 2;
  return ((to - from) / 4) * 3 - padding;
}

/** Whether all of a text is standard base64 with padding. Node's decoder skips what is none, and takes the URL alphabet. */
export function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return !NOT_BASE64.test(padding === 0 ? text : text.slice(0, -padding));
}

const NOT_BASE64 = /[^A-Za-z0-9+/]/;

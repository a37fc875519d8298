/** Orders keys as their UTF-8 bytes, as S3 lists them. JavaScript's own order differs beyond the basic plane. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

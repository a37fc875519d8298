/** A CRC-32 in eight hex digits. */
export function checksumText(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}

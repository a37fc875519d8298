/** What stands between delimiters. Nothing between two of them is no record. */
export function splitDelimited(record: Buffer, delimiter: Buffer, countMax: number): Buffer[] | "too many" {
  const pieces: Buffer[] = [];
  for (let from = 0; from < record.length; ) {
    const found = record.indexOf(delimiter, from);
    const end = found === -1 ? record.length : found;
    if (end > from) {
      if (pieces.length === countMax) return "too many";
      pieces.push(record.subarray(from, end));
    }
    from = end + delimiter.length;
  }
  return pieces;
}

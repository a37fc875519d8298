/** What a record holds, as far as the server handed it on. */
export interface ShownRecord {
  readonly size: number;
  readonly text?: string;
  readonly base64?: string;
}

const LINE_LENGTH = 160;

/** The record in one line. */
export function recordLine(record: ShownRecord): string {
  const line = contentOf(record).replace(/\s+/g, " ").trim();
  return line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line;
}

/** JSON is set out over lines; everything else stays as it is. */
export function recordText(record: ShownRecord): string {
  const text = contentOf(record);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Whether there is more of it than is shown. */
export function isCut({ size, text, base64 }: ShownRecord): boolean {
  return size > (text === undefined ? atob(base64 ?? "").length : new TextEncoder().encode(text).length);
}

function contentOf({ text, base64 }: ShownRecord): string {
  return text ?? `base64: ${base64 ?? ""}`;
}

import { formatBytes } from "../ui/format-value.ts";
import { isCut, recordLine, recordText, type ShownRecord } from "./record-text.ts";

/** A record in one line, and whole when asked for. */
export function RecordDetails({ record }: { readonly record: ShownRecord }) {
  return (
    <details className="record">
      <summary>
        <code>{recordLine(record) || "(empty)"}</code>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls by the arrow keys */}
      <pre tabIndex={0}>
        <code>{recordText(record)}</code>
      </pre>
      {isCut(record) && <p className="sub">The beginning of {formatBytes(record.size)}.</p>}
    </details>
  );
}

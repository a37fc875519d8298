import { type IdentifiedBytes, type IdentifiedRecord, readIdentifiedRecords } from "../../model/identified-records.ts";
import { JsonObjectSplitter } from "../../model/json-object-splitter.ts";

/** Runs of records whose bodies have at most `bytesMax`; a record that is larger makes a run of its own. */
export async function* runsOf(
  body: IdentifiedBytes,
  bytesMax: number,
  delimiterBytes: number,
): AsyncGenerator<readonly IdentifiedRecord[]> {
  let run: IdentifiedRecord[] = [];
  let bytes = 0;
  for await (const records of readIdentifiedRecords(body)) {
    for (const record of records) {
      const length = record.bytes.length + delimiterBytes;
      if (run.length > 0 && bytes + length > bytesMax) {
        yield run;
        run = [];
        bytes = 0;
      }
      run.push(record);
      bytes += length;
    }
  }
  if (run.length > 0) yield run;
}

/** Nothing but the records and what stands behind each: what Splunk makes of it is said by the endpoint and the token. */
export function bodyOf(records: readonly IdentifiedRecord[], delimiter: string): Buffer {
  if (delimiter === "") return Buffer.concat(records.map(({ bytes }) => bytes));
  const behind = Buffer.from(delimiter);
  return Buffer.concat(records.flatMap(({ bytes }) => [bytes, behind]));
}

/** Whether a record is one or more events as HEC takes them: JSON objects with something in `event`. */
export function isEvents(bytes: Buffer): boolean {
  const splitter = new JsonObjectSplitter();
  const pieces = [...splitter.push(bytes), ...splitter.end()];
  return pieces.length > 0 && pieces.every((piece) => piece.problem === undefined && isEvent(piece.bytes));
}

function isEvent(bytes: Buffer): boolean {
  try {
    const { event } = JSON.parse(bytes.toString("utf8")) as { event?: unknown };
    return event !== undefined && event !== null && event !== "";
  } catch {
    return false;
  }
}

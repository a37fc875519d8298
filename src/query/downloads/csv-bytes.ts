import { cellText } from "../executions/cell-text.ts";
import { writeRow } from "../executions/result-text.ts";
import { type ResultToDownload, rowPages } from "./result-pages.ts";

/** As Athena's files have it: names first, every value in double quotes, null as nothing at all. */
export async function* csvBytes(result: ResultToDownload): AsyncGenerator<Buffer> {
  const { columns } = result;
  const heading = columns.map(({ name }) => name);
  yield Buffer.from(writeRow("csv", heading));
  for await (const rows of rowPages(result)) {
    const texts = rows.map((row) => row.map((value, at) => cellText(value, columns[at]?.type ?? "")));
    yield Buffer.from(texts.map((row) => writeRow("csv", row)).join(""));
  }
}

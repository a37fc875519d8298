import type { Column } from "../../model/schema/column-type.ts";
import { damagedAt, ROW_VALUES_MAX, RowLines } from "../row-lines.ts";
import { bytesIn, readProtobuf } from "./protobuf-reader.ts";
import { type OrcTail, readOrcTail } from "./read-schema.ts";
import { type ReadRange, readStripe } from "./stripe-streams.ts";
import { type OrcType, orcTypeTree } from "./type-tree.ts";
import { columnReader, type RowBudget } from "./value-readers.ts";

/** A file that can be read in parts. */
export interface OrcFile {
  readonly bytes: number;
  readonly read: ReadRange;
}

/**
 * The rows of an ORC file that anybody wrote, as lines of JSON with the columns that are asked for. Only the streams of these
 * columns are read, those of one stripe at a time, and unpacked chunk by chunk.
 */
export async function* readOrcRows(file: OrcFile, columns: readonly Column[]): AsyncGenerator<Buffer> {
  let place = "ORC: the footer";
  try {
    const { footer, packing } = await readTail(file);
    if (footer.has(ENCRYPTION)) throw new Error("Expected a file without encrypted columns");
    const root = orcTypeTree(footer, columns);
    const names = namesIn(root, columns);
    for (const [index, message] of bytesIn(footer, 3).entries()) {
      place = `ORC: stripe ${index}`;
      const stripe = await readStripe(file.read, readProtobuf(message), packing, root);
      const budget: RowBudget = { left: ROW_VALUES_MAX };
      const readers = root.parts.map(({ type }) => columnReader(type, stripe, budget));
      const lines = new RowLines();
      for (let row = 0; row < stripe.rows; row++) {
        budget.left = ROW_VALUES_MAX;
        lines.add(`{${readers.map((read, at) => names[at] + read()).join(",")}}`);
        if (lines.isFull) yield lines.take();
      }
      yield lines.take();
    }
  } catch (error) {
    throw damagedAt(place, error);
  }
}

/** The field of a footer that says how columns are encrypted. */
const ENCRYPTION = 10;

/** Where columns go by their places, the file's names are none of the table's. */
function namesIn(root: OrcType, columns: readonly Column[]): readonly string[] {
  return root.parts.map(({ name }) => {
    const place = /^_col(\d+)$/.exec(name)?.[1];
    const column = place === undefined || columns.some((one) => one.name === name) ? undefined : columns[Number(place)];
    return `${JSON.stringify(column?.name ?? name)}:`;
  });
}

/** What is read of the end at first: nearly all footers are smaller. */
const TAIL_BYTES = 64 * 1024;

const TAIL_BYTES_MAX = 64 * 1024 * 1024;

async function readTail({ bytes, read }: OrcFile): Promise<OrcTail> {
  const found = await readEnd(TAIL_BYTES);
  if (!("tailBytes" in found)) return found;
  if (found.tailBytes > Math.min(bytes, TAIL_BYTES_MAX)) {
    throw new Error(`Expected a footer within the file and of at most ${TAIL_BYTES_MAX} bytes, got ${found.tailBytes}`);
  }
  const again = await readEnd(found.tailBytes);
  if ("tailBytes" in again) throw new Error("Expected a footer of the length that the post script says");
  return again;

  async function readEnd(wanted: number) {
    return readOrcTail(await read(Math.max(0, bytes - wanted), bytes));
  }
}

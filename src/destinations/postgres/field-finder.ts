import { findFields } from "../../model/fields/find-fields.ts";
import { JsonMember, JsonNode, parseJsonObject } from "../../std/json-node.ts";
import { NO_JSON, scanObject, skipSpace } from "../../std/json-scan.ts";
import type { MappedColumn } from "./mapping.ts";

/**
 * Where in a record the fields of the columns stand. One pass over the record and no object for what it finds, because most
 * columns take a member by its name and most records have the same members in the same order as the one before.
 */
export class FieldFinder {
  /** First byte of each column's field, by place of the column; `ABSENT` where the record has none. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Fields that were found. */
  found = 0;
  /** The record that was looked at last. */
  bytes: Buffer = Buffer.alloc(0);
  readonly #columns: readonly MappedColumn[];
  readonly #byName = new Map<string, number[]>();
  /** Places of columns whose path is longer than a name. */
  readonly #deep: readonly number[];
  /** What the members of former records were called, by place in the record. */
  readonly #layout: KnownMember[] = [];
  #members = 0;

  constructor(columns: readonly MappedColumn[]) {
    this.#columns = columns;
    this.starts = new Int32Array(columns.length);
    this.ends = new Int32Array(columns.length);
    const deep: number[] = [];
    for (const { place, source } of columns) {
      if (source.kind !== "path") continue;
      const [step, ...others] = source.path.steps;
      if (step?.kind !== "member" || others.length > 0) deep.push(place);
      else this.#byName.set(step.name, [...(this.#byName.get(step.name) ?? []), place]);
    }
    this.#deep = deep;
  }

  /** False where the record is no JSON object. Of members that are there twice the last counts, as for `JSON.parse`. */
  find(bytes: Buffer): boolean {
    this.starts.fill(ABSENT);
    this.found = 0;
    this.bytes = bytes;
    this.#members = 0;
    const start = skipSpace(bytes, 0);
    if (bytes[start] !== OPEN_BRACE) return false;
    const end = scanObject(bytes, start, this.#onMember);
    if (end === NO_JSON || skipSpace(bytes, end) !== bytes.length) return false;
    if (this.#deep.length > 0) this.#findDeep(bytes);
    return true;
  }

  /** The field of a column that has one. */
  nodeOf(place: number): JsonNode {
    return new JsonNode(this.bytes, this.starts[place] ?? 0, this.ends[place] ?? 0);
  }

  readonly #onMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => {
    const at = this.#members++;
    const known = this.#layout[at];
    if (known !== undefined && standsAt(this.bytes, keyStart + 1, keyEnd - 1, known.nameBytes)) {
      for (const place of known.places) this.#set(place, valueStart, valueEnd);
      return;
    }
    const { name } = new JsonMember(keyStart, keyEnd, new JsonNode(this.bytes, valueStart, valueEnd));
    const places = this.#byName.get(name) ?? [];
    for (const place of places) this.#set(place, valueStart, valueEnd);
    const nameBytes = Buffer.from(name);
    // Names that are written with escapes are looked up each time.
    if (at < LAYOUT_MAX && standsAt(this.bytes, keyStart + 1, keyEnd - 1, nameBytes)) {
      this.#layout[at] = { nameBytes, places };
    }
  };

  #set(place: number, start: number, end: number): void {
    if (this.starts[place] === ABSENT) this.found++;
    this.starts[place] = start;
    this.ends[place] = end;
  }

  #findDeep(bytes: Buffer): void {
    const root = parseJsonObject(bytes);
    for (const place of this.#deep) {
      const source = this.#columns[place]?.source;
      if (root === undefined || source?.kind !== "path") continue;
      const value = findFields(root, source.path).at(-1)?.value;
      if (value !== undefined) this.#set(place, value.start, value.end);
    }
  }
}

export const ABSENT = -1;

interface KnownMember {
  readonly nameBytes: Buffer;
  readonly places: readonly number[];
}

/** Longer records are looked up by name from here on. */
const LAYOUT_MAX = 1_000;

const OPEN_BRACE = 0x7b;

function standsAt(bytes: Buffer, start: number, end: number, wanted: Buffer): boolean {
  const { length } = wanted;
  if (end - start !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

import { isUtf8 } from "node:buffer";
import { findFields } from "../../model/fields/find-fields.ts";
import type { IdentifiedRecord } from "../../model/identified-records.ts";
import type { Condition } from "../../processors/filter/condition.ts";
import { meets } from "../../processors/filter/evaluate-condition.ts";
import { type JsonNode, parseJsonObject } from "../../std/json-node.ts";
import { arrayLiteral } from "./array-literal.ts";
import { CopyText } from "./copy-text.ts";
import type { MappedColumn, Mapping, RecordPart } from "./mapping.ts";

/**
 * Records as rows of COPY. What a field says goes to the server as it was written, numbers with all their digits, and the
 * server converts it; only what cannot even be sent to it is refused here.
 *
 * A row of the table itself has the mapped columns. A staged row has three more before them: the record's place in the parcel,
 * whether it deletes its row, and which columns it says nothing of that have a default.
 */
export class RowEncoder {
  readonly #options: RowEncoderOptions;
  readonly #columns: readonly MappedColumn[];
  readonly #takesFields: boolean;
  readonly #isParsed: boolean;
  /** Places of columns that take the member of a name. */
  readonly #byName = new Map<string, number[]>();
  /** Which columns the members of the last record went to, by place in it: the next one is mostly alike. */
  readonly #layout: { readonly nameBytes: Buffer; readonly name: string; readonly columns: readonly number[] }[] = [];
  readonly #fields: (JsonNode | undefined)[];
  readonly #key: readonly number[];
  readonly #text = new CopyText();

  constructor(mapping: Mapping, options: RowEncoderOptions) {
    this.#options = options;
    this.#columns = mapping.columns;
    this.#fields = mapping.columns.map(() => undefined);
    this.#takesFields = mapping.columns.some(({ source }) => source.kind === "path");
    this.#isParsed = this.#takesFields || options.deletes !== undefined;
    this.#key = (mapping.key ?? []).map((name) => mapping.columns.findIndex((column) => column.name === name));
    for (const [place, { source }] of mapping.columns.entries()) {
      const name = source.kind === "path" ? onlyName(source.path.steps) : undefined;
      if (name !== undefined) this.#byName.set(name, [...(this.#byName.get(name) ?? []), place]);
    }
  }

  /** Bytes of the rows so far. */
  get length(): number {
    return this.#text.length;
  }

  take(): Buffer {
    return this.#text.take();
  }

  /** Writes its row, or says why there is none. */
  add(record: IdentifiedRecord): RowRefusal | undefined {
    const { bytes } = record;
    if (!isUtf8(bytes) && this.#columns.some(isText)) return NOT_UTF8;
    const root = this.#isParsed ? parseJsonObject(bytes) : undefined;
    if (this.#isParsed && root === undefined) return NOT_JSON;
    if (root !== undefined) {
      this.#findFields(root);
      if (this.#hasNoField()) return NO_FIELD;
    }
    if (this.#key.some((place) => isNull(this.#fields[place]) && this.#columns[place]?.source.kind === "path")) {
      return this.#keyIsMissing();
    }
    try {
      this.#writeRow(record, root);
      return undefined;
    } catch (error) {
      this.#text.dropRow();
      if (error instanceof UnsendableText) return NOT_UTF8;
      throw error;
    }
  }

  #writeRow(record: IdentifiedRecord, root: JsonNode | undefined): void {
    const deletes = this.#options.deletes !== undefined && root !== undefined && meets(root, this.#options.deletes);
    if (this.#options.isStaged) {
      this.#text.text(String(record.index));
      this.#text.text(deletes ? "t" : "f");
      this.#text.text(`{${this.#defaulted().join(",")}}`);
    } else if (this.#columns.some((_, place) => this.#isDefaulted(place))) throw new NeedsDefaults();
    for (const [place, { source, isArray, typeName }] of this.#columns.entries()) {
      if (source.kind === "part") this.#writePart(source.part, record, typeName);
      else this.#writeField(this.#fields[place], isArray, JSON_TYPES.has(typeName));
    }
    this.#text.endRow();
  }

  #defaulted(): readonly number[] {
    return [...this.#columns.keys()].filter((place) => this.#isDefaulted(place));
  }

  #isDefaulted(place: number): boolean {
    const column = this.#columns[place];
    return column?.defaultText !== undefined && column.source.kind === "path" && this.#fields[place] === undefined;
  }

  /** Of members that are there twice the last counts, as for `JSON.parse`. */
  #findFields(root: JsonNode): void {
    this.#fields.fill(undefined);
    for (const [at, member] of root.members().entries()) {
      let known = this.#layout[at];
      if (known === undefined || !member.isNamed(known.name, known.nameBytes)) {
        const { name } = member;
        known = { name, nameBytes: Buffer.from(name), columns: this.#byName.get(name) ?? [] };
        if (at < LAYOUT_MAX) this.#layout[at] = known;
      }
      for (const place of known.columns) this.#fields[place] = member.value;
    }
    for (const [place, { source }] of this.#columns.entries()) {
      if (source.kind !== "path" || onlyName(source.path.steps) !== undefined) continue;
      this.#fields[place] = findFields(root, source.path).at(-1)?.value;
    }
  }

  #writeField(value: JsonNode | undefined, isArray: boolean, isJson: boolean): void {
    if (value === undefined || value.kind === "null") {
      this.#text.null();
      return;
    }
    const { bytes, start, end, kind } = value;
    if (kind === "string" && !isJson) this.#writeString(value);
    else if (kind === "array" && isArray) this.#text.text(sendable(arrayLiteral(value)));
    else this.#text.bytes(bytes, start, end);
  }

  /** Mostly as it stands between its quotes. */
  #writeString(value: JsonNode): void {
    const { bytes, start, end } = value;
    if (hasBackslash(bytes, start, end)) this.#text.text(sendable(value.text));
    else this.#text.bytes(bytes, start + 1, end - 1);
  }

  #writePart(part: RecordPart, record: IdentifiedRecord, typeName: string): void {
    const { bytes, arrivalMs, streamUid = this.#options.streamUid, offset, piece } = record;
    if (part === "record" && typeName !== "bytea") {
      if (bytes.includes(0)) throw new UnsendableText();
      this.#text.bytes(bytes, 0, bytes.length);
      return;
    }
    const texts = {
      record: () => `\\x${bytes.toString("hex")}`,
      arrival: () => new Date(arrivalMs).toISOString(),
      stream: () => streamUid,
      offset: () => String(offset),
      piece: () => String(piece),
    };
    this.#text.text(texts[part]());
  }

  /** A row of nulls is nobody's wish: the names are wrong. */
  #hasNoField(): boolean {
    return this.#takesFields && this.#fields.every((field) => field === undefined);
  }

  #keyIsMissing(): RowRefusal {
    const names = this.#key.map((place) => this.#columns[place]?.name).join(", ");
    return {
      code: "23502",
      message: `Expected a value for each column of the key (${names}), got a record without one`,
    };
  }
}

export interface RowEncoderOptions {
  readonly isStaged: boolean;
  readonly deletes: Condition | undefined;
  /** Of the parcel's own stream. */
  readonly streamUid: string;
}

/** Why a record has no row; `code` is the SQLSTATE that the server would have said, where there is one for it. */
export interface RowRefusal {
  readonly code: string;
  readonly message: string;
}

/** COPY into the table has no word for "as the table says": rows have to be staged. */
export class NeedsDefaults extends Error {
  override readonly name = "NeedsDefaults";
}

/** A text that PostgreSQL has no form for, such as one with a NUL. */
class UnsendableText extends Error {
  override readonly name = "UnsendableText";
}

/** Longer records are looked up by name from here on. */
const LAYOUT_MAX = 1_000;

const JSON_TYPES: ReadonlySet<string> = new Set(["json", "jsonb"]);

const NOT_UTF8: RowRefusal = {
  code: "22021",
  message: 'invalid byte sequence for encoding "UTF8": the record has a NUL, half a surrogate pair, or is no UTF-8',
};
const NOT_JSON: RowRefusal = {
  code: "Lakehose.NotJsonObject",
  message: "Expected a JSON object whose fields become columns",
};

const NO_FIELD: RowRefusal = {
  code: "Lakehose.NoColumn",
  message:
    "Expected fields that columns take, got a record with none of them: names are the same with upper and lower case",
};

const BACKSLASH = 0x5c;

function hasBackslash(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  return false;
}

function sendable(text: string): string {
  if (text.includes("\0") || !text.isWellFormed()) throw new UnsendableText();
  return text;
}

function isNull(field: JsonNode | undefined): boolean {
  return field === undefined || field.kind === "null";
}

/** Bytes that go nowhere but into `bytea` may be any. */
function isText({ source, typeName }: MappedColumn): boolean {
  return source.kind === "path" || (source.part === "record" && typeName !== "bytea");
}

function onlyName(steps: readonly { readonly kind: string; readonly name?: string }[]): string | undefined {
  const [step, ...others] = steps;
  return others.length === 0 && step?.kind === "member" ? step.name : undefined;
}

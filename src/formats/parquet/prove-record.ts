import type { Column, Schema } from "../../model/schema/column-type.ts";
import { FieldNames } from "../rows/field-names.ts";
import type { JsonRowOptions } from "../rows/json-rows.ts";
import { ObjectProof } from "./prove-object.ts";
import { epochEnd, isoOrSqlTimestampEnd, sqlTimestampEnd } from "./prove-time.ts";
import { orNull, type ProofRules, type ValueProof, valueProof } from "./prove-value.ts";
import type { Spellings } from "./spellings.ts";

/** Proves the records of one object, and notes what DuckDB has to be told about them. */
export class RecordProof {
  /** Timestamp columns in which epochs were met. */
  readonly epochColumns = new Set<number>();
  readonly #object: ObjectProof;

  constructor(schema: Schema, json: JsonRowOptions, spellings: Spellings) {
    const rules: ProofRules = {
      structProof: (fields) => structProof(fields, rules, json),
      timestampProof: timestampProof(json),
    };
    this.#object = new ObjectProof(
      schema.columns.map(({ type }, place) =>
        type.kind === "timestamp" && json.engine === "openx" ? this.#timestampOrEpoch(place) : valueProof(type, rules),
      ),
      spellings,
    );
  }

  /** Whether the line from `start` is one object, ends before the line feed at `end`, and is read by DuckDB as by the row reader. */
  proves(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#object.prove(bytes, start) === end;
  }

  #timestampOrEpoch(column: number): ValueProof {
    return orNull((bytes, at) => {
      if (bytes[at] === 0x22) return isoOrSqlTimestampEnd(bytes, at);
      this.epochColumns.add(column);
      return epochEnd(bytes, at);
    });
  }
}

function timestampProof({ engine, timestampFormats = [] }: JsonRowOptions): ValueProof | undefined {
  if (engine === "openx") return isoOrSqlTimestampEnd;
  return timestampFormats.length === 0 ? sqlTimestampEnd : undefined;
}

/** Fields of structs are looked for under their own names only. */
function structProof(fields: readonly Column[], rules: ProofRules, json: JsonRowOptions): ValueProof {
  const find = new FieldNames(json).finder(fields);
  const proofs = fields.map(({ type }) => valueProof(type, rules));
  return new ObjectProof(proofs, {
    fieldOf: (key) => {
      const place = find(key);
      return place === -1 || fields[place]?.name === key ? place : undefined;
    },
  }).prove;
}

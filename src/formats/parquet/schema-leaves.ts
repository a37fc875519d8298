import { INT64, INT96, SCHEMA_ELEMENT } from "./footer-fields.ts";
import type { ThriftStruct } from "./thrift-compact.ts";

/** A column of values in a Parquet file: nested types have several. */
export interface SchemaLeaf {
  /** Its element in the footer. */
  readonly element: ThriftStruct;
  readonly isTimestamp: boolean;
  /** Whether pages hold repetition levels, and definition levels. */
  readonly hasRepetitions: boolean;
  readonly hasDefinitions: boolean;
}

/** The leaves of a schema that is written down depth first, in the order of the column chunks. */
export function schemaLeaves(elements: readonly ThriftStruct[]): SchemaLeaf[] {
  const leaves: SchemaLeaf[] = [];
  let place = 1;
  const descend = (children: number, inRepeated: boolean, inOptional: boolean) => {
    for (let child = 0; child < children; child++) {
      const element = elements[place++];
      if (element === undefined) throw new Error("Expected a Parquet schema with all of its elements, it ended early");
      const repetition = element.integer(SCHEMA_ELEMENT.repetitionType);
      const hasRepetitions = inRepeated || repetition === REPEATED;
      const hasDefinitions = inOptional || repetition !== REQUIRED;
      const grandchildren = element.integer(SCHEMA_ELEMENT.numChildren);
      if (grandchildren !== undefined) descend(grandchildren, hasRepetitions, hasDefinitions);
      else leaves.push({ element, isTimestamp: isTimestamp(element), hasRepetitions, hasDefinitions });
    }
  };
  descend(elements[0]?.integer(SCHEMA_ELEMENT.numChildren) ?? 0, false, false);
  return leaves;
}

/** Makes the element of a leaf one of INT96, which has no logical type. */
export function makeInt96(element: ThriftStruct): void {
  element.replaceInteger(SCHEMA_ELEMENT.type, INT96);
  element.remove(SCHEMA_ELEMENT.convertedType, SCHEMA_ELEMENT.logicalType);
}

/** Numbers of `FieldRepetitionType`. */
const REQUIRED = 0;
const REPEATED = 2;

/** Number of a `ConvertedType`. */
const TIMESTAMP_MICROS = 10;

function isTimestamp(element: ThriftStruct): boolean {
  const isMicros = element.integer(SCHEMA_ELEMENT.convertedType) === TIMESTAMP_MICROS;
  return isMicros && element.integer(SCHEMA_ELEMENT.type) === INT64;
}

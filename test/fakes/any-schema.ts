import fc from "fast-check";
import type { Column, ColumnType } from "../../src/model/schema/column-type.ts";

/** Schemas of any kind, for properties. Names on one level differ in more than letter case. */

/** `fc.record` makes objects without a prototype now and then, which JSON never does. */
function plain<T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(members, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const simple = fc.constantFrom(
  ...(["boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "string", "binary"] as const),
  ...(["timestamp", "date"] as const),
);

const decimal = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => plain({ precision: fc.constant(precision), scale: fc.integer({ min: 0, max: precision }) }));

const leaf: fc.Arbitrary<ColumnType> = fc.oneof(
  { weight: 4, arbitrary: simple.map((kind): ColumnType => ({ kind })) },
  decimal.map((parameters): ColumnType => ({ kind: "decimal", ...parameters })),
  plain({ kind: fc.constant("varchar" as const), length: fc.integer({ min: 1, max: 65_535 }) }),
  plain({ kind: fc.constant("char" as const), length: fc.integer({ min: 1, max: 255 }) }),
);

const columnName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "C", "d_1", "x.y", "some name") },
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter((name) => name.trim() !== ""),
);

function columnsOf(type: fc.Arbitrary<ColumnType>): fc.Arbitrary<Column[]> {
  return fc.uniqueArray(plain({ name: columnName, type }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ name }) => name.toLowerCase(),
  });
}

export const anyColumnType: fc.Arbitrary<ColumnType> = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("type").map((element): ColumnType => ({ kind: "array", element })),
    plain({ key: leaf, value: tie("type") }).map((parts): ColumnType => ({ kind: "map", ...parts })),
    columnsOf(tie("type")).map((fields): ColumnType => ({ kind: "struct", fields })),
  ),
})).type;

export const anyColumns: fc.Arbitrary<Column[]> = columnsOf(anyColumnType);

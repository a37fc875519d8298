import { z } from "zod";
import { reasonOf } from "../errors.ts";
import { checkSchema } from "./check-schema.ts";
import type { Column, ColumnType, Schema, SimpleKind } from "./column-type.ts";
import { parseHiveType } from "./hive-type.ts";

/**
 * Schemas as people and programs write them. A type is a text as Hive writes it, or the structure of `ColumnType`; both
 * come out as the structure. Options of formats and the `catalog:` section of the configuration are checked with these.
 */

const SIMPLE_KINDS = [
  "boolean",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "float",
  "double",
  "string",
  "binary",
  "timestamp",
  "date",
] as const satisfies readonly SimpleKind[];

const typeText = z.string().transform((text, context): ColumnType => {
  try {
    return parseHiveType(text);
  } catch (error) {
    context.addIssue(reasonOf(error));
    return z.NEVER;
  }
});

const typeStructure: z.ZodType<ColumnType> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.enum(SIMPLE_KINDS) }),
    z.strictObject({ kind: z.literal("decimal"), precision: z.int(), scale: z.int() }),
    z.strictObject({ kind: z.enum(["varchar", "char"]), length: z.int() }),
    z.strictObject({ kind: z.literal("array"), element: typeStructure }),
    z.strictObject({ kind: z.literal("map"), key: typeStructure, value: typeStructure }),
    z.strictObject({
      kind: z.literal("struct"),
      fields: z.array(z.strictObject({ name: z.string(), type: typeStructure })),
    }),
  ]),
);

/** One column: `{ name: price, type: "decimal(10,2)" }`. */
export const columnJson: z.ZodType<Column> = z.strictObject({
  name: z.string().meta({ description: "Name of the column; letter case does not tell columns apart." }),
  type: z
    .union([typeText, typeStructure])
    .meta({ description: "Type as Hive writes it.", examples: ["struct<city:string,at:array<double>>"] }),
});

/** A schema in the options of a format. */
export const schemaJson: z.ZodType<Schema> = z
  .strictObject({
    columns: z.array(columnJson).meta({ description: "Columns in the order in which they are written." }),
    table: z
      .strictObject({
        catalogId: z.string(),
        databaseName: z.string(),
        tableName: z.string(),
        region: z.string(),
        versionId: z.string(),
      })
      .optional()
      .meta({ description: "The table that it was taken from." }),
    learned: z.literal(true).optional().meta({ description: "It was learnt from records, and goes on to learn." }),
  })
  .superRefine((schema, context) => {
    try {
      checkSchema(schema);
    } catch (error) {
      context.addIssue(reasonOf(error));
    }
  })
  .transform(
    ({ columns, table, learned }): Schema => ({
      columns,
      ...(table !== undefined && { table }),
      ...(learned !== undefined && { learned }),
    }),
  );

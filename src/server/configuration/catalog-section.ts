import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { checkSchema } from "../../model/schema/check-schema.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";

/** `catalog:` of the configuration: databases and tables that have to exist. */

const columnSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(255)
    .meta({ description: "Name of the column.", examples: ["price"] }),
  type: z
    .string()
    .superRefine((text, context) => {
      try {
        parseHiveType(text);
      } catch (error) {
        context.addIssue(reasonOf(error));
      }
    })
    .meta({ description: "Type as Hive writes it.", examples: ["decimal(10,2)"] }),
  comment: z.string().max(255).optional().meta({ description: "What the column holds." }),
});

const tableSchema = z.strictObject({
  description: z.string().optional().meta({ description: "What the table holds." }),
  columns: z
    .array(columnSchema)
    .superRefine((columns, context) => {
      try {
        checkSchema({ columns: columns.map(({ name, type }) => ({ name, type: parseHiveType(type) })) });
      } catch (error) {
        context.addIssue(reasonOf(error));
      }
    })
    .meta({ description: "Columns in the order in which they are written." }),
  partitionKeys: z
    .array(columnSchema)
    .default([])
    .meta({ description: "Columns whose values are in the names of folders, not in the files." }),
  location: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Where the files are.", examples: ["s3://lake/orders/"] }),
  format: z
    .enum(["avro", "json-lines", "orc", "parquet"])
    .optional()
    .meta({
      description: "What the files are, as streams name their formats. SQL reads tables only where it is known.",
      examples: ["parquet"],
    }),
  parameters: z.record(z.string(), z.string()).optional().meta({ description: "Properties of the table." }),
});

const databaseSchema = z.strictObject({
  description: z.string().optional().meta({ description: "What the database holds." }),
  location: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Where its tables are.", examples: ["s3://lake/"] }),
  tables: z.record(z.string().min(1), tableSchema).default({}).meta({ description: "Tables by name." }),
});

export const catalogSection = z
  .strictObject({
    databases: z.record(z.string().min(1), databaseSchema).default({}).meta({ description: "Databases by name." }),
  })
  .prefault({})
  .meta({
    description:
      "Databases and tables that have to exist. Absent ones are created at the start; those that exist are left as they are.",
  });

export type CatalogSection = z.output<typeof catalogSection>;

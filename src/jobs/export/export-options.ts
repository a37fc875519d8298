import { z } from "zod";

/** Options of an export, as definitions of jobs write them. */

/** Characters of a name in PostgreSQL, several bytes each at worst (`NAMEDATALEN`). */
const identifier = z.string().min(1).max(63);

const absolutePath = z.string().regex(/^\//, "Expected an absolute path: the server may have been started anywhere");

/**
 * Whoever may define jobs may name a host of their own, to which the server then says what it finds here: so it looks only
 * where a name says that a password is kept.
 */
const passwordFile = absolutePath
  .regex(/password(\.[a-z]+)?$/i, "Expected a file whose name ends with password")
  .meta({ description: "Absolute path of a file that holds it.", examples: ["/run/secrets/shop_password"] });

const passwordVariable = z
  .string()
  .regex(/^\w*password$/i, "Expected a variable whose name ends with PASSWORD")
  .meta({ description: "Environment variable of the server that holds it.", examples: ["SHOP_DATABASE_PASSWORD"] });

const password = z.union([z.strictObject({ file: passwordFile }), z.strictObject({ env: passwordVariable })]).meta({
  description:
    "Where the server finds the password, never the password itself. Names of files and variables have to end with `password`.",
});

const NOT_MYSQL =
  "Expected postgresql, got a MySQL database, for which Lakehose has no client: export its tables as files with its own tools, put them into a bucket, and let a crawler make the tables";

const engine = z
  .string()
  .superRefine((name, context) => {
    if (name === "postgresql") return;
    const isMysql = /^(mysql|mariadb)\b/i.test(name);
    context.addIssue(isMysql ? NOT_MYSQL : `Expected postgresql, got ${name}`);
  })
  .default("postgresql")
  .meta({ description: "What kind of database it is. Only `postgresql` is supported (11 or newer)." });

const host = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    if (/^(mysql|mariadb):/i.test(text)) context.addIssue(NOT_MYSQL);
    else if (text.includes("://"))
      context.addIssue("Expected the name of a host, got a URL: give its parts one by one");
  })
  .meta({ description: "Host of the database, or the folder of its socket.", examples: ["db.example.com"] });

export const sourceOptionsSchema = z
  .strictObject({
    engine,
    host,
    port: z.int().min(1).max(65_535).default(5432).meta({ description: "TCP port." }),
    database: identifier.meta({ description: "Database to read.", examples: ["shop"] }),
    user: identifier.meta({ description: "Role to read as: it needs SELECT only.", examples: ["lake_reader"] }),
    password: password.optional(),
    tls: z
      .union([
        z.literal("off"),
        z.strictObject({
          caFile: absolutePath.optional().meta({
            description: "PEM file with the authorities to trust; absent = those of the system.",
          }),
        }),
      ])
      .prefault({})
      .meta({
        description: "TLS, with the server's certificate and name verified; `off` for a database on this machine.",
      }),
  })
  .meta({ description: "The database to read." });

const tableSchema = z.strictObject({
  schema: identifier.default("public").meta({ description: "Schema of the table." }),
  name: identifier.meta({ description: "The table, view or foreign table.", examples: ["orders"] }),
  columns: z
    .array(identifier)
    .min(1)
    .optional()
    .meta({ description: "Only these columns, in this order; absent = all.", examples: [["id", "total"]] }),
  where: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .meta({
      description: "Only rows for which this is true: a condition in SQL, with names of functions in full.",
      examples: ["status <> 'draft'"],
    }),
  asText: z.array(identifier).default([]).meta({
    description: "Columns that become text whatever their type, for values that their type has no place for.",
  }),
  cursor: z
    .strictObject({
      column: identifier.meta({
        description: "A column that rises with each insert or update. Rows where it is null are never exported.",
        examples: ["updated_at"],
      }),
      lagSeconds: z.int().min(0).max(86_400).default(0).meta({
        description:
          "Leave rows of the last seconds to the next run, for columns of dates and times: transactions may commit late under an early time.",
      }),
    })
    .optional()
    .meta({ description: "Export only rows beyond the last run's, each run into a partition of its own." }),
  tableName: z
    .string()
    .regex(/^[a-z0-9_]{1,255}$/)
    .optional()
    .meta({ description: "Name of the table in the catalog; absent = `<schema>_<table>`.", examples: ["orders"] }),
});

const patterns = z.array(z.string().min(1).max(255));

const schemaSchema = z.strictObject({
  name: identifier.meta({ description: "All tables of this schema.", examples: ["shop"] }),
  include: patterns.default(["*"]).meta({ description: "Names to take; `*` stands for any characters." }),
  exclude: patterns.default([]).meta({ description: "Names to leave out.", examples: [["tmp_*"]] }),
});

export const exportOptionsSchema = z
  .strictObject({
    source: sourceOptionsSchema,
    tables: z.array(tableSchema).default([]).meta({ description: "Tables by name, with what is special about them." }),
    schemas: z
      .array(schemaSchema)
      .default([])
      .meta({ description: "Whole schemas: their tables, without views, foreign tables and partitions of tables." }),
    bucket: z
      .string()
      .regex(/^[\w.-]{1,255}$/)
      .meta({ description: "Bucket to write to.", examples: ["lake"] }),
    prefix: z
      .string()
      .max(512)
      .regex(/^([^/]+\/)*$/, "Expected an empty text or folders, each with a slash at its end")
      .default("")
      .meta({ description: "Folder in the bucket, with a slash at its end.", examples: ["warehouse/"] }),
    format: z.enum(["parquet", "csv"]).default("parquet").meta({ description: "Format of the objects." }),
    compression: z
      .enum(["gzip", "none"])
      .default("gzip")
      .meta({ description: "Compression of CSV. Parquet is compressed inside, with Snappy." }),
    partition: z.enum(["date", "none"]).default("date").meta({
      description: "`date`: each run into the partition of its date (UTC). `none`: each run replaces the table.",
    }),
    partitionKey: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/)
      .default("dt")
      .meta({ description: "Name of the partition key of `partition: date`." }),
    replaced: z
      .enum(["keep", "delete"])
      .default("keep")
      .meta({ description: "What becomes of the objects of a run that this one takes the place of." }),
    database: z
      .string()
      .regex(/^[a-z0-9_]{1,255}$/)
      .default("default")
      .meta({ description: "Database of the catalog for the tables; made when it is not there." }),
    chunkRows: z
      .int()
      .min(1)
      .max(100_000_000)
      .default(500_000)
      .meta({ description: "Rows of one object, where the table has a primary key to cut it by." }),
    connections: z
      .int()
      .min(1)
      .max(16)
      .default(2)
      .meta({ description: "Connections that read at the same time, all in one snapshot." }),
    resumeHoursMax: z
      .int()
      .min(0)
      .max(720)
      .default(24)
      .meta({ description: "A broken run is gone on with for this long after its start; later, a new one begins." }),
  })
  .refine(({ tables, schemas }) => tables.length + schemas.length > 0, {
    path: ["tables"],
    error: "Expected at least one table or schema to export",
  })
  .meta({
    examples: [
      {
        source: { host: "db.example.com", database: "shop", user: "lake_reader", password: { env: "SHOP_PASSWORD" } },
        schemas: [{ name: "public", exclude: ["tmp_*"] }],
        bucket: "lake",
        prefix: "warehouse/",
      },
    ],
  });

export type ExportOptions = z.infer<typeof exportOptionsSchema>;
export type SourceOptions = ExportOptions["source"];
export type TableOptions = ExportOptions["tables"][number];

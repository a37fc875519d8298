import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { parseFieldPath } from "../../model/fields/field-path.ts";
import { namedSecretSchema } from "../../model/secret.ts";
import { parseCondition } from "../../processors/filter/parse-condition.ts";

/** Bytes of a name in PostgreSQL (`NAMEDATALEN`). */
const identifier = z.string().min(1).max(63);

const onePlace = z.string().superRefine((text, context) => {
  try {
    const { steps, parameter } = parseFieldPath(text);
    const leadsToMany = steps.some(({ kind }) => kind !== "member" && kind !== "index");
    if (!leadsToMany && parameter === undefined) return;
    context.addIssue("Expected a path to one place: names and [index] only");
  } catch (error) {
    context.addIssue(reasonOf(error));
  }
});

const condition = z.string().superRefine((text, context) => {
  try {
    parseCondition(text);
  } catch (error) {
    context.addIssue(reasonOf(error));
  }
});

/** What a column can take that is no member of the record. */
export const RECORD_PARTS = ["record", "arrival", "stream", "offset", "piece"] as const;

const columnSource = z.union([onePlace, z.strictObject({ from: z.enum(RECORD_PARTS) })]);

export const postgresOptionsSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .meta({ description: "Host of the server.", examples: ["db.example.com"] }),
    port: z.int().min(1).max(65_535).default(5432).meta({ description: "TCP port." }),
    database: identifier.meta({ description: "Database.", examples: ["shop"] }),
    user: identifier.meta({ description: "Role to write as.", examples: ["lakehose"] }),
    password: namedSecretSchema("Password of the role.").optional(),
    tls: z
      .union([
        z.literal("off"),
        z.strictObject({
          authorities: namedSecretSchema("Certificates (PEM) of the authorities to trust, instead of the system's.")
            .optional()
            .meta({ examples: [{ secret: "database-ca" }] }),
        }),
      ])
      .prefault({})
      .meta({
        description: "TLS, with the server's certificate and name verified; `off` for a database on this machine.",
      }),
    applicationName: z
      .string()
      .min(1)
      .max(63)
      .default("lakehose")
      .meta({ description: "What the server lists its session as (`application_name`)." }),
    statementTimeoutMs: z
      .int()
      .min(1_000)
      .max(3_600_000)
      .default(60_000)
      .meta({ description: "How long one statement may take, the COPY of a parcel too, ms." }),
    schema: identifier.default("public").meta({ description: "Schema of the table." }),
    table: identifier.meta({ description: "Table to write to.", examples: ["orders"] }),
    columns: z
      .record(identifier, columnSource)
      .refine((columns) => Object.keys(columns).length > 0, "Expected at least one column")
      .optional()
      .meta({
        description: `Columns, and what they take: a path to a field, or \`{ from: … }\` with ${RECORD_PARTS.join(", ")}. Absent = each column takes the member of its name.`,
        examples: [{ id: "order.id", total: "order.total", body: { from: "record" }, arrived: { from: "arrival" } }],
      }),
    key: z
      .array(identifier)
      .min(1)
      .max(32)
      .optional()
      .meta({
        description:
          "Columns by which rows are replaced: the newest record of a key stays. They need a unique index. Absent = rows are added.",
        examples: [["id"]],
      }),
    delete: condition.optional().meta({
      description:
        "With `key`: records that meet this condition delete their row (language of the processor `filter`).",
      examples: ['op = "d"'],
    }),
    receipts: identifier.default("lakehose_parcels").meta({
      description: "Table of the same schema that says which parcels are there; made when it is not there.",
    }),
  })
  .refine(({ key, delete: deletes }) => deletes === undefined || key !== undefined, {
    path: ["delete"],
    error: "Expected `key` beside `delete`: it says which row goes",
  })
  .refine(({ table, receipts }) => table !== receipts, {
    path: ["receipts"],
    error: "Expected another table than the one that records go to",
  });

export type PostgresOptions = z.output<typeof postgresOptionsSchema>;
export type ColumnSource = z.output<typeof columnSource>;

/** How the server is reached; the rest says what is written there. */
export const CONNECTION_OPTIONS = [
  "host",
  "port",
  "user",
  "password",
  "tls",
  "applicationName",
  "statementTimeoutMs",
] as const satisfies readonly (keyof PostgresOptions)[];

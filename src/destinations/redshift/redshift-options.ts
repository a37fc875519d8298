import { z } from "zod";
import { namedSecretSchema } from "../../model/secret.ts";
import { objectStoreOptionsSchema } from "../object-store/object-store-options.ts";

/** Quoted names and texts, in which a semicolon is one. */
const QUOTED = /"(?:[^"]|"")*"|'(?:[^']|'')*'/g;

/** SQL that goes into the COPY as it is written. Another statement behind it could end the transaction. */
const partOfCopy = z
  .string()
  .max(10_240)
  .refine((text) => !text.replaceAll(QUOTED, "").includes(";"), "Expected a part of one COPY, got a semicolon");

export const redshiftOptionsSchema = z
  .strictObject({
    cluster: z
      .string()
      .regex(/^jdbc:(redshift|postgresql):\/\/[^/:]+:\d{1,5}\/[^/?]+$/, "Expected jdbc:redshift://HOST:PORT/DATABASE")
      .meta({
        description:
          "JDBC URL of the cluster. Where the configuration's `endpoints` know it, or its host, that is where it is reached.",
        examples: ["jdbc:redshift://wh.c1.eu-west-1.redshift.amazonaws.com:5439/dev"],
      }),
    user: z.string().min(1).max(512).optional().meta({ description: "User of the database." }),
    password: namedSecretSchema("Password of the user.").optional(),
    secret: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({
        description:
          "Name, or ARN, of a secret of the configuration that holds JSON with `username` and `password`, as Secrets Manager's do.",
        examples: ["arn:aws:secretsmanager:eu-west-1:000000000000:secret:warehouse-a1b2c3"],
      }),
    role: z
      .string()
      .min(1)
      .max(512)
      .meta({
        description: "Role with which the cluster reads the bucket, unless `copyOptions` say how it does.",
        examples: ["arn:aws:iam::000000000000:role/copy"],
      }),
    bucket: objectStoreOptionsSchema.meta({
      description: "The bucket in between, as for the destination `object-store`.",
      examples: [{ bucket: "staging" }],
    }),
    table: partOfCopy
      .min(1)
      .max(512)
      .meta({ description: "Table, with its schema.", examples: ["public.orders"] }),
    columns: partOfCopy.optional().meta({ description: "Columns, with commas between.", examples: ["id, total"] }),
    copyOptions: partOfCopy
      .default("")
      .meta({ description: "Options of COPY, in its own words.", examples: ["json 'auto' gzip"] }),
  })
  .refine(({ secret, user, password }) => secret !== undefined || (user !== undefined && password !== undefined), {
    path: ["user"],
    error: "Expected `user` and `password`, or `secret`",
  });

export type RedshiftOptions = z.output<typeof redshiftOptionsSchema>;

/** How the cluster is reached; the rest says what is written there. */
export const CONNECTION_OPTIONS = [
  "cluster",
  "user",
  "password",
  "secret",
  "role",
] as const satisfies readonly (keyof RedshiftOptions)[];

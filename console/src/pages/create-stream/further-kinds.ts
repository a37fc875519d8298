/**
 * Destinations that a stream may have beside its own (docs/guides/destinations.md), one entry each: the options that most need.
 * All others are in the reference, and are added on the edit page.
 */
import { type FieldValues, missingFields, typedValue } from "./destination-kinds.ts";

export interface FurtherField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly optional?: true;
  readonly choices?: readonly string[];
  /** What stands in the options for what was typed. Default: the text itself. */
  readonly option?: (text: string) => unknown;
}

export interface FurtherKind {
  readonly value: string;
  readonly label: string;
  readonly fields: readonly FurtherField[];
}

export interface FurtherDestination {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly values: FieldValues;
}

const asSecret = (secret: string) => ({ secret });
const asField = (field: string) => ({ field });

const SECRET_HINT = "The name of a secret in the configuration, not the secret itself.";

export const FURTHER_KINDS: readonly FurtherKind[] = [
  {
    value: "kafka",
    label: "Kafka",
    fields: [
      {
        name: "brokers",
        label: "Brokers",
        placeholder: "kafka-1:9092, kafka-2:9092",
        option: (text) => text.split(",").map((broker) => broker.trim()),
      },
      { name: "topic", label: "Topic" },
      { name: "key", label: "Field with the key", placeholder: "customer.id", optional: true, option: asField },
    ],
  },
  {
    value: "kinesis",
    label: "Kinesis",
    fields: [
      {
        name: "stream",
        label: "ARN of the data stream",
        placeholder: "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks",
      },
      { name: "partitionKey", label: "Field with the key", placeholder: "user.id", optional: true, option: asField },
    ],
  },
  {
    value: "sqs",
    label: "SQS",
    fields: [
      {
        name: "queueUrl",
        label: "Address of the queue",
        placeholder: "https://sqs.eu-west-1.amazonaws.com/000000000000/alerts",
      },
    ],
  },
  {
    value: "postgres",
    label: "PostgreSQL",
    fields: [
      { name: "host", label: "Host", placeholder: "db.example.com" },
      { name: "database", label: "Database" },
      { name: "user", label: "User of the database" },
      { name: "password", label: "Secret with the password", hint: SECRET_HINT, option: asSecret },
      { name: "table", label: "Table" },
    ],
  },
  {
    value: "object-store",
    label: "Another bucket",
    fields: [{ name: "bucket", label: "Name of the bucket" }],
  },
];

export interface FurtherEntry {
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The entry under `destinations` that it makes. */
export function entryOf({ name, kind, values }: FurtherDestination): FurtherEntry {
  const fields = FURTHER_KINDS.find(({ value }) => value === kind)?.fields ?? [];
  const options = fields.flatMap((field) => {
    const text = typedValue(field, values);
    return text === "" ? [] : [[field.name, field.option?.(text) ?? text]];
  });
  return { name, type: kind, options: Object.fromEntries(options) };
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What is wrong with one of them, if anything. */
export function furtherProblem({ name, kind, values }: FurtherDestination): string | undefined {
  if (!NAME.test(name)) return "A further destination needs a name of lower-case letters, digits and hyphens.";
  const fields = FURTHER_KINDS.find(({ value }) => value === kind)?.fields ?? [];
  const missing = missingFields(fields, values);
  return missing.length === 0 ? undefined : `${name} still needs: ${missing.join(", ")}.`;
}

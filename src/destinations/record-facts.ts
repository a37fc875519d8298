import { z } from "zod";
import type { IdentifiedRecord } from "../model/identified-records.ts";
import type { DestinationOwner } from "./destination.ts";

/** What stands beside a record where a target has room for it: headers of Kafka, message attributes of SQS. */

const FACTS = ["stream", "arrival", "offset", "identity"] as const;

const fact = z.strictObject({
  from: z.enum(FACTS).meta({
    description:
      "`stream`: its name; `arrival`: milliseconds since 1970; `offset`: place in the stream; `identity`: one text that no other record has, the same however often the record comes.",
  }),
});

/** `things`: what they are called at the target; `name`: what it allows as a name. */
export function recordFactsSchema(things: string, name: z.ZodString, most: number) {
  return z
    .record(name, z.union([z.string(), fact]))
    .refine((facts) => Object.keys(facts).length <= most, { error: `expected at most ${most} ${things}` })
    .default({})
    .meta({
      description: `${things.charAt(0).toUpperCase()}${things.slice(1)}, each a text or what is known of the record.`,
      examples: [{ origin: "lakehose", arrived: { from: "arrival" } }],
    });
}

export type RecordFacts = Readonly<Record<string, string | { readonly from: (typeof FACTS)[number] }>>;

export function factsOf(
  facts: RecordFacts,
  record: IdentifiedRecord,
  owner: DestinationOwner,
): readonly (readonly [name: string, text: string])[] {
  return Object.entries(facts).map(([name, fact]) => [
    name,
    typeof fact === "string" ? fact : told[fact.from](record, owner),
  ]);
}

const told: Readonly<Record<(typeof FACTS)[number], (record: IdentifiedRecord, owner: DestinationOwner) => string>> = {
  stream: (_, { stream }) => stream.name,
  arrival: ({ arrivalMs }) => String(arrivalMs),
  offset: ({ offset }) => String(offset),
  identity: recordIdentity,
};

/** The same however often the record comes, and no other's: stream, offset there, and piece. */
export function recordIdentity(
  { streamUid, offset, piece }: Pick<IdentifiedRecord, "streamUid" | "offset" | "piece">,
  { stream }: DestinationOwner,
): string {
  return `${streamUid ?? stream.uid}-${offset}-${piece}`;
}

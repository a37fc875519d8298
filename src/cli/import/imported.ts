import type { JsonObject, JsonValue } from "../../std/json.ts";

/**
 * What a template comes to: requests as they would go over the wire, tables that their streams write by, and a note for
 * everything that is not the same here as there. Nothing is left out without a note.
 */
export interface Imported {
  readonly streams: readonly ImportedStream[];
  readonly tables: readonly ImportedTable[];
  readonly notes: readonly ImportNote[];
}

export interface ImportedStream {
  /** Where it stands in the file: `Resources.Clicks`, `aws_kinesis_firehose_delivery_stream.clicks`. */
  readonly origin: string;
  /** A CreateDeliveryStream request whose shape has been checked. */
  readonly request: JsonObject & { readonly DeliveryStreamName: string };
}

export interface ImportedTable {
  readonly origin: string;
  readonly database: string;
  /** Glue's TableInput, whose shape has been checked. */
  readonly input: JsonObject & { readonly Name: string };
}

/**
 * `lost`: it is in the file and will not be here. `assumed`: the file does not say it, so something was taken. `to-do`: it
 * works once somebody has done what the message says.
 */
export interface ImportNote {
  readonly kind: "lost" | "assumed" | "to-do";
  /** Place in the file. */
  readonly at: string;
  readonly message: string;
}

export class ImportNotes {
  readonly #notes = new Map<string, ImportNote>();

  add(kind: ImportNote["kind"], at: string, message: string): void {
    this.#notes.set(`${kind}\0${at}\0${message}`, { kind, at, message });
  }

  /** In the order in which they came up, each once. */
  all(): readonly ImportNote[] {
    return [...this.#notes.values()];
  }
}

/** What stands in for a role that the file does not tell: nothing here assumes roles, the API only wants one. */
export const STAND_IN_ROLE = "arn:aws:iam::000000000000:role/imported";

/** The value of a place in the file as JSON, for a person who reads a note. */
export function shownValue(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

const SHOWN_MAX = 120;

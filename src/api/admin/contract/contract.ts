import { z } from "zod";
import type { JsonValue } from "../../../std/json.ts";

/**
 * What one operation of the admin API takes and answers, as schemas: the OpenAPI document and the client of the console are
 * made of these. They stand apart from the operations because a server that nobody asks for its document need not hold them
 * in memory: schemas are heavy, and an idle server is not.
 */
export interface Contract {
  /** One sentence. */
  readonly summary: string;
  /** Parameters after the question mark, as they are written there. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** Content types of an answer that is a file and no JSON; `answer` is its bytes then. */
  readonly files?: readonly string[];
}

/** Contracts by the action of their operation. */
export type Contracts = Readonly<Record<string, Contract>>;

/** Any JSON value; what it means is said elsewhere. */
export const jsonValue = z.custom<JsonValue>();

export const jsonObject = z.record(z.string(), jsonValue);

/** The bytes of a file. */
export const fileBytes = z.custom<Uint8Array>().meta({ type: "string", format: "binary" });

/** Milliseconds since 1970. */
export const instant = z.int().min(0).meta({ description: "Milliseconds since 1970." });

export const count = z.int().min(0);

export const countsByName = z.record(z.string(), z.number());

export const textsByName = z.record(z.string(), z.string());

/** A whole number in a query string. */
export const wholeNumber = z.int().min(0);

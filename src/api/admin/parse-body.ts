import { z } from "zod";
import type { JsonObject } from "../../std/json.ts";
import { WireError } from "../protocol/wire-error.ts";

/** The body as its schema has it; what nobody gave is absent. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: JsonObject): Present<z.output<Schema>> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new WireError("InvalidArgumentException", z.prettifyError(parsed.error));
  return present(parsed.data as object) as Present<z.output<Schema>>;
}

/** Optional members that hold a value where they are there at all. */
type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function present(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

/** Members that are undefined are left out, as JSON does. */
export function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

/** The payload of one schema as JSON, in one line or as it was written. Throws what is wrong with it. */
export type SchemaDecoder = (payload: Buffer) => Buffer;

/** Whole numbers beyond 2^53 come as `bigint` and keep all their digits. */
export function toJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, (_, member) => (typeof member === "bigint" ? digits(member) : member)));
}

/** The same way back: whole numbers that a double cannot hold become `bigint`. */
export function fromJson(json: Buffer): unknown {
  return JSON.parse(json.toString(), (_, value, context?: { readonly source?: string }) => {
    const source = context?.source ?? "";
    return typeof value === "number" && !Number.isSafeInteger(value) && WHOLE.test(source) ? BigInt(source) : value;
  });
}

const WHOLE = /^-?\d+$/;

function digits(value: bigint): unknown {
  const number = Number(value);
  // Of ES2025 and in Node since 22; TypeScript's library does not know it yet.
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return Number.isSafeInteger(number) ? number : rawJSON(String(value));
}

import type { AttributeValue } from "@aws-sdk/client-dynamodb-streams";

export type Item = Readonly<Record<string, AttributeValue>>;

/** What JSON takes as a number; DynamoDB's numbers of 38 digits are such. */
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * An item as JSON without the types of DynamoDB. Numbers stand there digit for digit, as DynamoDB writes them: who reads them
 * into a double loses digits, not who writes them. Bytes are base64, sets are lists.
 */
export function plainItem(item: Item): string {
  return `{${Object.entries(item)
    .map(([name, value]) => `${JSON.stringify(name)}:${plainValue(value)}`)
    .join()}}`;
}

function plainValue(value: AttributeValue): string {
  if (value.S !== undefined) return JSON.stringify(value.S);
  if (value.N !== undefined) return plainNumber(value.N);
  if (value.BOOL !== undefined) return String(value.BOOL);
  if (value.M !== undefined) return plainItem(value.M);
  if (value.L !== undefined) return list(value.L.map(plainValue));
  if (value.SS !== undefined) return JSON.stringify(value.SS);
  if (value.NS !== undefined) return list(value.NS.map(plainNumber));
  if (value.B !== undefined) return JSON.stringify(base64(value.B));
  if (value.BS !== undefined) return list(value.BS.map((bytes) => JSON.stringify(base64(bytes))));
  return "null";
}

function plainNumber(text: string): string {
  return JSON_NUMBER.test(text) ? text : JSON.stringify(text);
}

function list(elements: readonly string[]): string {
  return `[${elements.join()}]`;
}

/** An item as AWS writes it in events: with its types, bytes in base64. */
export function typedItem(item: Item): string {
  return JSON.stringify(item, withBase64);
}

/** Buffers are objects already by the time that they come as `value`. */
function withBase64(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const given = this[name];
  return given instanceof Uint8Array ? base64(given) : value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

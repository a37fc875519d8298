/** What `JSON.parse` can return, and what may be stored in a journal or a registry file. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

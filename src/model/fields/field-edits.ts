import { type JsonKind, JsonMember, type JsonNode } from "../../std/json-node.ts";
import { formatQueryString, parseQueryString, type QueryParameter } from "../../std/query-string.ts";
import { type Splice, spliceBytes } from "../../std/splice-bytes.ts";

/** What a field says: a string without its quotes, anything else as it stands. */
export interface FieldValue {
  readonly kind: JsonKind;
  readonly text: string;
}

/** One parameter after another; `undefined` takes it out. */
export type ParameterEdit = (parameter: QueryParameter) => QueryParameter | undefined;

/**
 * Changes to one record, gathered and then carried out on its bytes together. What is not touched stays byte for byte:
 * order, spacing, the text of numbers. A change inside something that is taken out or replaced is void.
 */
export class FieldEdits {
  readonly #root: JsonNode;
  readonly #splices: Splice[] = [];
  readonly #removed = new Map<JsonNode, Set<JsonMember | JsonNode>>();
  readonly #parameters = new Map<JsonNode, ParameterEdit[]>();

  constructor(root: JsonNode) {
    this.#root = root;
  }

  /** `json` is JSON text. */
  replace({ start, end }: JsonNode, json: string): void {
    this.#splices.push({ start, end, text: json });
  }

  rename({ keyStart, keyEnd }: JsonMember, name: string): void {
    this.#splices.push({ start: keyStart, end: keyEnd, text: JSON.stringify(name) });
  }

  /** Takes a member out of its object, or an element out of its array. */
  remove(parent: JsonNode, item: JsonMember | JsonNode): void {
    const items = this.#removed.get(parent) ?? new Set();
    this.#removed.set(parent, items.add(item));
  }

  /** Changes parameters of the query string in a string; of several edits each sees what the one before it left. */
  editParameters(value: JsonNode, edit: ParameterEdit): void {
    if (value.kind !== "string") return;
    const edits = this.#parameters.get(value) ?? [];
    edits.push(edit);
    this.#parameters.set(value, edits);
  }

  /** Puts a member behind the last one of the record. */
  append(name: string, json: string): void {
    const last = this.#root.members().at(-1);
    const at = last === undefined ? this.#root.start + 1 : last.value.end;
    const text = `${last === undefined ? "" : ","}${JSON.stringify(name)}:${json}`;
    this.#splices.push({ start: at, end: at, text });
  }

  /** The record with all changes; the same buffer when nothing changes. */
  apply(): Buffer {
    const splices = [...this.#splices];
    for (const [parent, items] of this.#removed) splices.push(...removals(parent, items));
    for (const [value, edits] of this.#parameters) {
      const text = value.text;
      const edited = editQuery(text, edits);
      if (edited !== text) splices.push({ start: value.start, end: value.end, text: JSON.stringify(edited) });
    }
    return spliceBytes(this.#root.bytes, splices);
  }
}

function editQuery(text: string, edits: readonly ParameterEdit[]): string {
  const { head, parameters, tail } = parseQueryString(text);
  const edited = edits.reduce<readonly QueryParameter[]>(
    (list, edit) => list.flatMap((parameter) => edit(parameter) ?? []),
    parameters,
  );
  return formatQueryString({ head, parameters: edited, tail });
}

/**
 * Runs of items go out together with one comma: the one before them, or, at the beginning, the one behind them. What
 * stands before the first and behind the last item of all stays.
 */
function removals(parent: JsonNode, removed: ReadonlySet<JsonMember | JsonNode>): Splice[] {
  const items = parent.kind === "object" ? parent.members() : parent.elements();
  const splices: Splice[] = [];
  for (let first = 0; first < items.length; first++) {
    if (!isRemoved(items[first], removed)) continue;
    let last = first;
    while (isRemoved(items[last + 1], removed)) last++;
    const before = items[first - 1];
    const behind = items[last + 1];
    const start = before === undefined ? startOf(items[first]) : endOf(before);
    const end = before === undefined && behind !== undefined ? startOf(behind) : endOf(items[last]);
    splices.push({ start, end, text: "" });
    first = last;
  }
  return splices;
}

function isRemoved(item: JsonMember | JsonNode | undefined, removed: ReadonlySet<JsonMember | JsonNode>): boolean {
  return item !== undefined && removed.has(item);
}

function startOf(item: JsonMember | JsonNode | undefined): number {
  return item instanceof JsonMember ? item.keyStart : (item?.start ?? 0);
}

function endOf(item: JsonMember | JsonNode | undefined): number {
  return item instanceof JsonMember ? item.value.end : (item?.end ?? 0);
}

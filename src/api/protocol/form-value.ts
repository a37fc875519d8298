import type { ListShape, Shape, StructureShape } from "./shape.ts";

/** Longer names belong to no request that a shape describes. */
const NAME_LENGTH_MAX = 256;

/**
 * A form of AWS's query protocol as the JSON that the same request would be: `Dimensions.member.1.Name=x` is
 * `{"Dimensions": [{"Name": "x"}]}`. A text that is no number, no truth value or no time stays one, so that the check of the
 * shape says what is wrong with it.
 */
export function formValue(form: URLSearchParams, shape: StructureShape): unknown {
  const names = new Set<string>();
  for (const name of form.keys()) {
    if (name.length > NAME_LENGTH_MAX) continue;
    for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) names.add(name.slice(0, dot));
    names.add(name);
  }
  return structureAt({ form, names }, shape, "");
}

interface Form {
  readonly form: URLSearchParams;
  /** All names, and what they begin with up to a dot. */
  readonly names: ReadonlySet<string>;
}

function structureAt(form: Form, shape: StructureShape, prefix: string): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const path = `${prefix}${name}`;
    if (form.names.has(path)) value[name] = valueAt(form, member, path);
  }
  return value;
}

function valueAt(form: Form, shape: Shape, path: string): unknown {
  if (shape.type === "structure") return structureAt(form, shape, `${path}.`);
  if (shape.type === "list") return listAt(form, shape, path);
  const text = form.form.get(path) ?? "";
  if (shape.type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  if ((shape.type === "integer" || shape.type === "double") && text.trim() !== "" && !Number.isNaN(Number(text))) {
    return Number(text);
  }
  if (shape.type !== "timestamp") return text;
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : time / 1000;
}

function listAt(form: Form, shape: ListShape, path: string): unknown[] {
  const members: unknown[] = [];
  for (let place = 1; form.names.has(`${path}.member.${place}`); place++) {
    members.push(valueAt(form, shape.member, `${path}.member.${place}`));
  }
  return members;
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/** What a version changed in the columns of the one before it, in a line for each. */
export function schemaChanges(before: readonly Column[], after: readonly Column[]): readonly string[] {
  const old = new Map(before.map(({ name, type }) => [name, type]));
  const now = new Set(after.map(({ name }) => name));
  const added = after.filter(({ name }) => !old.has(name)).map(({ name, type }) => `added ${name} ${type}`);
  const changed = after
    .filter(({ name, type }) => old.has(name) && old.get(name) !== type)
    .map(({ name, type }) => `${name} from ${old.get(name)} to ${type}`);
  const removed = before.filter(({ name }) => !now.has(name)).map(({ name }) => `removed ${name}`);
  return [...added, ...changed, ...removed];
}

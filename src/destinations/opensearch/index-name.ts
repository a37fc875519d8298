/** Limit of OpenSearch and Elasticsearch. */
const NAME_BYTES_MAX = 255;

const FORBIDDEN = /[\\/*?"<>|,#:\s]/;

/** What is wrong with the name of an index; `undefined` when clusters take it. Some fail the whole request for a bad one. */
export function indexProblem(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return `expected the name of an index, got '${name}'`;
  if (name !== name.toLowerCase()) return `expected the name of an index in lower case, got '${shown(name)}'`;
  if (FORBIDDEN.test(name))
    return `expected the name of an index without spaces and any of \\/*?"<>|,#:, got '${shown(name)}'`;
  if (/^[-_+]/.test(name))
    return `expected the name of an index that does not begin with - _ or +, got '${shown(name)}'`;
  const bytes = Buffer.byteLength(name);
  if (bytes > NAME_BYTES_MAX) return `expected the name of an index of ${NAME_BYTES_MAX} bytes at most, got ${bytes}`;
  return undefined;
}

const SHOWN_CHARACTERS = 80;

function shown(name: string): string {
  return name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
}

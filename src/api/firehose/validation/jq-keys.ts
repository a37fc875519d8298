/**
 * The keys that a jq object constructor makes: `{k1:.a, "k2":(.b|f), k3}` gives k1, k2, k3. Only the outermost object
 * counts; text in quotes and everything inside brackets is passed over. `undefined` when the query is no such object.
 */
export function jqObjectKeys(query: string): readonly string[] | undefined {
  const trimmed = query.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  const entries = splitOutside(trimmed.slice(1, -1), ",");
  if (entries === undefined) return undefined;
  const keys: string[] = [];
  for (const entry of entries) {
    const [head = ""] = splitOutside(entry, ":") ?? [];
    const key = /^\s*(?:"((?:[^"\\]|\\.)*)"|[$.]?([A-Za-z_]\w*))\s*$/.exec(head);
    if (key === null) return entries.length === 1 && entry.trim() === "" ? [] : undefined;
    keys.push(key[1] ?? key[2] ?? "");
  }
  return keys;
}

/** Cuts at `separator` wherever it stands outside quotes and brackets; `undefined` when those do not close. */
function splitOutside(text: string, separator: string): string[] | undefined {
  const pieces: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (quoted && letter === "\\") at++;
    else if (letter === '"') quoted = !quoted;
    else if (quoted) continue;
    else if ("{[(".includes(letter)) depth++;
    else if ("}])".includes(letter)) depth--;
    else if (letter === separator && depth === 0) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
    if (depth < 0) return undefined;
  }
  if (quoted || depth !== 0) return undefined;
  pieces.push(text.slice(from));
  return pieces;
}

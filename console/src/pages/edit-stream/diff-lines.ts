export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** What became of the lines of a text: the longest common part stays, before each gap what went and then what came. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const common = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length || now < after.length) {
    const gone = before[old];
    const come = after[now];
    if (gone !== undefined && gone === come) {
      lines.push({ kind: "same", text: gone });
      old++;
      now++;
    } else if (gone !== undefined && (come === undefined || at(common, old + 1, now) >= at(common, old, now + 1))) {
      lines.push({ kind: "removed", text: gone });
      old++;
    } else {
      lines.push({ kind: "added", text: come ?? "" });
      now++;
    }
  }
  return lines;
}

/** Lines far from any change are left out; `undefined` stands for a run of them. */
export function withoutFarLines(lines: readonly DiffLine[], around = 3): readonly (DiffLine | undefined)[] {
  const isNear = (index: number) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== "same");
  const shown: (DiffLine | undefined)[] = [];
  for (const [index, line] of lines.entries()) {
    if (isNear(index)) shown.push(line);
    else if (shown.length === 0 || shown.at(-1) !== undefined) shown.push(undefined);
  }
  return shown;
}

/** `[i][j]` is the length of the longest common subsequence of what follows line i of one and line j of the other. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let old = before.length - 1; old >= 0; old--) {
    for (let now = after.length - 1; now >= 0; now--) {
      const row = lengths[old];
      if (row === undefined) continue;
      row[now] =
        before[old] === after[now]
          ? at(lengths, old + 1, now + 1) + 1
          : Math.max(at(lengths, old + 1, now), at(lengths, old, now + 1));
    }
  }
  return lengths;
}

function at(lengths: readonly Uint32Array[], old: number, now: number): number {
  return lengths[old]?.[now] ?? 0;
}

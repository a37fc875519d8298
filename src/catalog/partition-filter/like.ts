/**
 * SQL's LIKE: `%` is any run of characters, `_` is one, a backslash takes their meaning away. Goes back to the last `%`
 * only, so the time is at most the length of the text times that of the pattern.
 */
export function likePattern(pattern: string): (text: string) => boolean {
  const steps = stepsOf(pattern);
  return (text) => matches(steps, [...text]);
}

type Step =
  | { readonly kind: "run" }
  | { readonly kind: "any" }
  | { readonly kind: "character"; readonly character: string };

function stepsOf(pattern: string): readonly Step[] {
  const steps: Step[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === "\\") {
      escaped = true;
      continue;
    }
    if (!escaped && character === "%") steps.push({ kind: "run" });
    else if (!escaped && character === "_") steps.push({ kind: "any" });
    else steps.push({ kind: "character", character });
    escaped = false;
  }
  return escaped ? [...steps, { kind: "character", character: "\\" }] : steps;
}

function matches(steps: readonly Step[], text: readonly string[]): boolean {
  let step = 0;
  let place = 0;
  let resume: { readonly step: number; place: number } | undefined;
  while (place < text.length) {
    const now = steps[step];
    if (now?.kind === "run") {
      resume = { step: step + 1, place };
      step++;
    } else if (now !== undefined && (now.kind === "any" || now.character === text[place])) {
      step++;
      place++;
    } else if (resume !== undefined) {
      // The run takes one character more.
      resume.place++;
      ({ step, place } = resume);
    } else return false;
  }
  return steps.slice(step).every(({ kind }) => kind === "run");
}

/**
 * Whether the text is of this shape: `*` stands for any run of characters, `?` for one. One pass with one place to go back
 * to (the last star), so that no pattern takes more than length times length steps.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let star = -1;
  let starText = 0;
  while (inText < text.length) {
    if (at < glob.length && glob[at] === "*") {
      star = at++;
      starText = inText;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[inText])) {
      at++;
      inText++;
    } else if (star >= 0) {
      at = star + 1;
      inText = ++starText;
    } else return false;
  }
  while (glob[at] === "*") at++;
  return at === glob.length;
}

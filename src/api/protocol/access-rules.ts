/** One permission: any of these actions on any of these resources. `*` stands for any run of characters, `?` for one. */
export interface AllowRule {
  /** `firehose:Put*`, `*`. Letter case does not matter, as in IAM. */
  readonly actions: readonly string[];
  /** ARNs: `arn:aws:firehose:*:*:deliverystream/clicks-*`, `*`. */
  readonly resources: readonly string[];
}

/** Whether any rule allows it. No rules allow nothing. */
export function isAllowed(rules: readonly AllowRule[], action: string, resource: string): boolean {
  const wanted = action.toLowerCase();
  return rules.some(
    (rule) =>
      rule.actions.some((glob) => matchesGlob(glob.toLowerCase(), wanted)) &&
      rule.resources.some((glob) => matchesGlob(glob, resource)),
  );
}

/** One pass with one place to go back to (the last star), so that no pattern takes more than length times length steps. */
function matchesGlob(glob: string, text: string): boolean {
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

import { matchesGlob } from "../../std/glob.ts";

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

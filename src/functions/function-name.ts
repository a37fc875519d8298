import { FunctionError } from "./function-invoker.ts";

/** What callers call a function, taken apart. */
export interface FunctionName {
  /** As it was given; what is called where the configuration says nothing else. */
  readonly given: string;
  readonly name: string;
  /** Version, alias or `$LATEST`; absent when none was given. */
  readonly qualifier?: string;
}

/** Lambda's own rule for names, which also makes a name safe as the name of a folder. */
const NAME = "[A-Za-z0-9_-]{1,64}";
const QUALIFIER = "\\$LATEST(?:\\.PUBLISHED)?|[A-Za-z0-9_-]{1,128}";
const FORMS: readonly RegExp[] = [
  new RegExp(`^arn:[a-z0-9-]+:lambda:[a-z0-9-]*:\\d{12}:function:(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`),
  new RegExp(`^\\d{12}:function:(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`),
  new RegExp(`^(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`),
];

/** Takes an ARN, `ACCOUNT:function:NAME` or a plain name, each with or without qualifier. Throws `not-found` for others. */
export function parseFunctionName(given: string): FunctionName {
  for (const form of FORMS) {
    const { name, qualifier } = form.exec(given)?.groups ?? {};
    if (name !== undefined) return { given, name, ...(qualifier !== undefined && { qualifier }) };
  }
  throw new FunctionError(
    "not-found",
    `Expected a function such as arn:aws:lambda:us-east-1:000000000000:function:NAME or NAME; got ${given.slice(0, 200)}`,
  );
}

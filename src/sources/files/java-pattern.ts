import { LakehoseError, reasonOf } from "../../model/errors.ts";

/** Flags that Java writes at the head of a pattern and JavaScript beside it. `d`: a dot matches fewer line ends, as it does here. */
const HEAD_FLAGS = /^\(\?([imsdu]+)\)/;

/**
 * A regular expression as the Kinesis Agent's configuration has it, which is Java's. The two languages agree but for a few
 * constructs, which are refused here rather than understood differently. `whole`: all of the text has to match.
 */
export function javaPattern(pattern: string, key: string, { whole }: { readonly whole: boolean }): RegExp {
  const head = HEAD_FLAGS.exec(pattern);
  const flags = [...(head?.[1] ?? "")].filter((flag) => "ims".includes(flag)).join("");
  const body = pattern.slice(head?.[0].length ?? 0);
  const unlike = /\\[QEAZzGhHRX]|[*+?}]\+|&&\[/.exec(body);
  if (unlike !== null) throw refused(pattern, key, `"${unlike[0]}" means something else outside of Java`);
  try {
    return whole ? new RegExp(`^(?:${body})$`, flags) : new RegExp(body, `${flags}y`);
  } catch (error) {
    throw refused(pattern, key, reasonOf(error));
  }
}

function refused(pattern: string, key: string, reason: string): LakehoseError {
  return new LakehoseError("bad-pattern", `${key} ${JSON.stringify(pattern)} cannot be used: ${reason}`);
}

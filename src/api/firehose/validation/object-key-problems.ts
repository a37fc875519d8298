import type { Problems } from "./problems.ts";

/**
 * Names that AWS's patterns let through and that no store here can ever take. Records under them would be acknowledged,
 * wait for ever, and fill the disk of their stream: they are refused when they are declared.
 */
export interface DeclaredNames {
  readonly BucketARN?: string;
  readonly Prefix?: string;
  readonly ErrorOutputPrefix?: string;
}

/** Amazon S3 takes keys of 1,024 bytes; what follows the prefix (date, error type, file name) needs up to 320 of them. */
const PREFIX_BYTES_MAX = 704;

export function* objectKeyProblems({ BucketARN = "", Prefix = "", ErrorOutputPrefix = "" }: DeclaredNames): Problems {
  const bucket = BucketARN.slice(BucketARN.lastIndexOf(":") + 1);
  if (bucket === "." || bucket === "..") yield `BucketARN names the bucket "${bucket}", which cannot exist`;
  yield* keyStartProblems("Prefix", Prefix);
  yield* keyStartProblems("ErrorOutputPrefix", ErrorOutputPrefix);
}

function* keyStartProblems(member: string, text: string): Problems {
  if (text.includes("\0")) yield `${member} must not contain the character U+0000`;
  if (!text.isWellFormed()) yield `${member} must be well-formed Unicode, without lone surrogates`;
  // Expressions have a length of their own, which is looked at where they are parsed.
  const literal = text.replace(/!\{[^}]*\}/g, "");
  if (Buffer.byteLength(literal) > PREFIX_BYTES_MAX) yield `${member} may have at most ${PREFIX_BYTES_MAX} bytes`;
}

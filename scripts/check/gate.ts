import type { SourceTree } from "./source-tree.ts";

/** One house rule. It looks at the tree and says what is wrong in words that need no further explanation. */
export interface Gate {
  /** Two or three words, shown on the gate's line. */
  readonly name: string;
  run(tree: SourceTree): Promise<readonly Finding[]>;
}

export interface Finding {
  /** Relative to the root of the repository; absent when the finding is about no file in particular. */
  readonly file?: string;
  readonly line?: number;
  /** What is wrong, why it matters, what to do. */
  readonly message: string;
}

export function findingText(finding: Finding): string {
  if (finding.file === undefined) return finding.message;
  const place = finding.line === undefined ? finding.file : `${finding.file}:${finding.line}`;
  return `${place}: ${finding.message}`;
}

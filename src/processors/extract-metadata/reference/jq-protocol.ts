/** What the thread that runs jq and its owner say to each other. */

export interface JqThreadData {
  readonly query: string;
  readonly memoryBytesMax: number;
}

/** `each` asks record by record and answers as it goes, so that the owner sees at which one it stays. */
export interface JqQuestion {
  readonly documents: readonly string[];
  readonly each: boolean;
}

export type JqReply =
  /** Loaded; `problem` when jq does not take the query. */
  | { readonly kind: "ready"; readonly problem?: string }
  /** One line per document, in order; fewer when the query ended jq (`halt`). */
  | { readonly kind: "answers"; readonly lines: readonly string[] }
  /** The line of the next document; `undefined` when there is none. */
  | { readonly kind: "answer"; readonly line?: string | undefined }
  /** jq broke; the thread is of no further use. */
  | { readonly kind: "broken"; readonly problem: string };

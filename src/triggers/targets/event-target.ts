/** What a trigger calls. */
export interface EventTarget {
  /** For people: "function flatten-xml", "https://example.com/hook". Never a secret. */
  readonly name: string;
  /**
   * Resolves to the answer, of functions only, when the events were taken. Rejects when they were not, or nobody knows;
   * they are sent again then, so that whoever takes them gets each at least once.
   */
  send(payload: Buffer, signal: AbortSignal): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

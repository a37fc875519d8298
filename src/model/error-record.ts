/** What is known of a record that could not be delivered; how it is written down is reference 5.5 and 5.6. */
export interface RejectedRecord {
  readonly bytes: Uint8Array;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly arrivalMs: number;
  readonly attemptEndingMs: number;
  /** Members of its kind, such as `lambdaARN`, written after the common ones. */
  readonly details?: Readonly<Record<string, string | number>>;
  /** Lakehose's own members at the end: what a redrive needs to give the record its first identity back. */
  readonly streamUid: string;
  readonly deliveryId: string;
  readonly offset: number;
  readonly stage: "processors" | "delivery";
}

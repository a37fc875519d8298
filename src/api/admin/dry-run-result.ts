/** What became of sample records in a stream that was made for them and is gone. */
export interface DryRunResult {
  readonly stream: string;
  readonly warnings: readonly string[];
  readonly objects: readonly DryRunObject[];
  readonly rejects: readonly DryRunReject[];
}

export interface DryRunObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
}

export interface DryRunReject {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly rawData: string;
}

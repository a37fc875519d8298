export interface ProcessorEvents {
  "processor.functionAnswered": {
    stream: string;
    function: string;
    /** Whether there was a reply; what it said of each record is another matter. */
    success: boolean;
    records: number;
    attempts: number;
    /** All attempts and the waits between them. */
    durationMs: number;
  };
  /** Records that a function answered with Ok. */
  "processor.recordsTransformed": { stream: string; function: string; records: number; bytes: number };
}

export interface QueryEvents {
  "query.started": {
    database: string;
    /** What kind of statement it is: `query`, `insert`, `create-table-as`, `show-tables`… */
    statement: string;
    /** For its turn. */
    waitedMs: number;
  };
  "query.ended": {
    database: string;
    statement: string;
    state: "succeeded" | "failed" | "cancelled";
    /** Of the failure; empty when there was none. */
    code: string;
    message: string;
    /** From its turn on; nothing for one that never had it. */
    durationMs: number;
    rows: number;
    files: number;
    scannedBytes: number;
  };
}

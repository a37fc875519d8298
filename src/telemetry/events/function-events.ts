export interface FunctionEvents {
  "function.processStarted": { function: string; processId: number; runtime: string };
  "function.processEnded": { function: string; processId: number; reason: string };
  "function.codeChanged": { function: string; digest: string };
  "function.invoked": {
    function: string;
    target: "local" | "lambda" | "url";
    invocationId: string;
    requestBytes: number;
    replyBytes: number;
    durationMs: number;
  };
  "function.invocationFailed": {
    function: string;
    target: "local" | "lambda" | "url";
    invocationId: string;
    code: string;
    message: string;
    durationMs: number;
  };
  /** One line that a function printed. `invocationId` is empty for what it prints before its first event. */
  "function.outputWritten": { function: string; invocationId: string; channel: "stdout" | "stderr"; line: string };
}

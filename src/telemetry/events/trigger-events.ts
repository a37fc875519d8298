export interface TriggerEvents {
  "trigger.connected": { trigger: string; kind: string; afterFailures: number };
  "trigger.interrupted": {
    trigger: string;
    kind: string;
    code: string;
    message: string;
    failures: number;
    retryInMs: number;
  };
  "trigger.stopped": { trigger: string; kind: string };
  "trigger.warned": { trigger: string; kind: string; code: string; message: string };
  /** `message` says why it failed; empty when it did not. */
  "trigger.called": {
    trigger: string;
    kind: string;
    target: string;
    events: number;
    durationMs: number;
    attempt: number;
    failed: boolean;
    message: string;
  };
  "trigger.gaveUp": {
    trigger: string;
    kind: string;
    part: string;
    condition: string;
    attempts: number;
    events: number;
    /** Whether they went where `onFailure` says. */
    kept: boolean;
    message: string;
  };
  "trigger.eventsLost": { events: number };
}

export interface AlarmEvents {
  "alarm.raised": { rule: string; stream: string; message: string };
  "alarm.ended": { rule: string; stream: string; message: string };
  "alarm.notificationFailed": {
    rule: string;
    stream: string;
    /** By its name in the configuration. */
    target: string;
    id: string;
    attempt: number;
    /** It is too old to be tried again. */
    givenUp: boolean;
    message: string;
  };
}

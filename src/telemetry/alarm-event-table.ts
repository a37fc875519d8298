import type { EventTable } from "./event-entry.ts";
import type { AlarmEvents } from "./events/alarm-events.ts";

const transition = (state: string) => (fields: { rule: string; stream: string }) => ({
  rule: fields.rule,
  stream: fields.stream,
  state,
});

/** What follows from the events of alarms. */
export const ALARM_EVENT_TABLE: Pick<EventTable, keyof AlarmEvents> = {
  "alarm.raised": {
    summary: "An alarm went on; its targets are told.",
    level: "warn",
    metrics: [{ metric: "alarmTransitions", labels: transition("alarm") }],
  },
  "alarm.ended": {
    summary: "An alarm is over; its targets are told.",
    level: "info",
    metrics: [{ metric: "alarmTransitions", labels: transition("ok") }],
  },
  "alarm.notificationFailed": {
    summary: "A target did not take a notification; it is tried again for a day.",
    level: "warn",
    metrics: [{ metric: "alarmNotificationFailures", labels: ({ target }) => ({ target }) }],
  },
};

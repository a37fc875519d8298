import type { EventTarget } from "../triggers/targets/event-target.ts";
import type { AlarmNotification } from "./alarm-records.ts";

/** Who is told of alarms. */
export interface AlarmTarget {
  /** For people. Never a secret. */
  readonly name: string;
  /** Resolves when it was taken. The same notification may come again, under its id. */
  send(notification: AlarmNotification, signal: AbortSignal): Promise<void>;
  /** Tells again, every minute, of alarms that are on, where a target forgets them otherwise. */
  readonly renew?: (active: readonly AlarmNotification[], signal: AbortSignal) => Promise<void>;
  close(): Promise<void>;
}

/**
 * What triggers may call: one JSON document for each transition, times as ISO 8601.
 *
 *     {"id", "rule", "stream", "state": "alarm" | "ok", "severity", "beganAt", "at", "message"}
 */
export function eventAlarmTarget(target: EventTarget): AlarmTarget {
  return {
    name: target.name,
    send: async (notification, signal) => {
      const { beganAt, at, ...same } = notification;
      const document = { ...same, beganAt: new Date(beganAt).toISOString(), at: new Date(at).toISOString() };
      await target.send(Buffer.from(JSON.stringify(document)), signal);
    },
    close: () => target.close(),
  };
}

/** An alert that nobody renews is over after this time, so that a server that is gone leaves none behind for ever. */
const ALERT_MS = 5 * 60_000;

/**
 * Alertmanager's v2 API: alerts are told apart by their labels, come again while they are on, and end at `endsAt`.
 * `target` posts to `/api/v2/alerts`.
 */
export function alertmanagerTarget(target: EventTarget, now: () => number): AlarmTarget {
  const post = async (notifications: readonly AlarmNotification[], signal: AbortSignal) => {
    const alerts = notifications.map((notification) => alertOf(notification, now()));
    await target.send(Buffer.from(JSON.stringify(alerts)), signal);
  };
  return {
    name: target.name,
    send: (notification, signal) => post([notification], signal),
    renew: post,
    close: () => target.close(),
  };
}

function alertOf({ rule, stream, state, severity, beganAt, at, message }: AlarmNotification, now: number) {
  const endsAt = state === "ok" ? at : now + ALERT_MS;
  return {
    labels: { alertname: rule, stream, severity, job: "lakehose" },
    annotations: { summary: message },
    startsAt: new Date(beganAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
  };
}

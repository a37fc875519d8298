import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { matchesGlob } from "../std/glob.ts";
import { Mutex } from "../std/mutex.ts";
import type { Random } from "../std/random.ts";
import type { MetricHistory } from "../telemetry/history/metric-history.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { AlarmMessenger, type AlarmMessengerStatus } from "./alarm-messenger.ts";
import {
  type Alarm,
  type AlarmNotification,
  type AlarmRecords,
  readAlarmRecords,
  writeAlarmRecords,
} from "./alarm-records.ts";
import type { AlarmRule, AlarmSettings, AlarmTargetSettings } from "./alarm-section.ts";
import type { AlarmTarget } from "./alarm-target.ts";
import { type AlarmState, evaluateRule, isDue, type Verdict } from "./evaluate-rule.ts";

/**
 * Alarms: rules over the history of metrics, looked at when a minute is over.
 *
 * A transition (on, or over) gets an id that follows from rule, stream, state and time. The new state and what is to be told
 * to whom are written to one file in one step, and only then is anybody told; what was taken is crossed out there. So a crash
 * at any place forgets no transition and makes no second one of it: at worst a target gets the same id twice, when the crash
 * comes between its answer and the crossing out.
 */
export interface AlarmsOptions {
  readonly settings: AlarmSettings;
  readonly directory: string;
  readonly history: Pick<MetricHistory, "read">;
  /** Names of the streams that exist. */
  readonly streams: () => readonly string[];
  readonly openTarget: (settings: AlarmTargetSettings) => AlarmTarget;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** One stream under one rule. */
export interface AlarmStatus {
  readonly rule: string;
  readonly stream: string;
  readonly state: AlarmState;
  /** When it went into this state; absent for one that has never been on. */
  readonly since?: number;
  readonly severity: string;
  readonly measure: string;
  readonly above: number;
  /** Of the newest period that was looked at since the server started. */
  readonly value?: number;
}

export interface AlarmTargetStatus extends AlarmMessengerStatus {
  /** Notifications that it has not taken. */
  readonly waiting: number;
}

/** What may wait for one target that does not answer; the oldest make room. */
const WAITING_MAX = 1_000;

export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #path: string;
  readonly #messengers = new Map<string, AlarmMessenger>();
  readonly #mutex = new Mutex();
  readonly #values = new Map<string, number>();
  #records: AlarmRecords;

  static async open(options: AlarmsOptions): Promise<Alarms> {
    await options.disk.makeDirectory(options.directory);
    const path = join(options.directory, "alarms.json");
    return new Alarms(options, path, await readAlarmRecords(options.disk, path));
  }

  private constructor(options: AlarmsOptions, path: string, records: AlarmRecords) {
    this.#options = options;
    this.#path = path;
    const { settings, openTarget, clock, random, telemetry } = options;
    // Nobody can tell a target that the configuration does not know any more.
    const waiting = records.waiting.filter(({ target }) => Object.hasOwn(settings.targets, target));
    this.#records = { ...records, waiting };
    for (const [name, target] of Object.entries(settings.targets)) {
      const next = () => this.#records.waiting.find((one) => one.target === name)?.notification;
      const done = (id: string) => this.#crossOut(name, id);
      const told = { name, target: openTarget(target), clock, random, telemetry, next, done };
      this.#messengers.set(name, new AlarmMessenger(told));
    }
    for (const messenger of this.#messengers.values()) messenger.wake();
  }

  /** Looks at all rules whose periods end now: at the end of the minute that began at `minuteAt`. */
  async evaluate(minuteAt: number): Promise<void> {
    const now = minuteAt + 60_000;
    const { rules } = this.#options.settings;
    const streams = this.#options.streams();
    const transitions: AlarmNotification[] = [];
    for (const [name, rule] of Object.entries(rules)) {
      if (!isDue(rule, now)) continue;
      const wanted = streams.filter((stream) => rule.streams.some((glob) => matchesGlob(glob, stream)));
      const verdicts = await evaluateRule(this.#options.history, rule, wanted, now);
      for (const [stream, verdict] of verdicts) transitions.push(...this.#judge(name, rule, stream, verdict, now));
    }
    transitions.push(...this.#endForgotten(streams, now));
    if (transitions.length > 0) await this.#take(transitions);
    this.#renew();
  }

  list(): readonly AlarmStatus[] {
    const { settings, streams } = this.#options;
    return Object.entries(settings.rules).flatMap(([rule, { streams: globs, severity, measure, above }]) =>
      streams()
        .filter((stream) => globs.some((glob) => matchesGlob(glob, stream)))
        .map((stream) => {
          const known = this.#find(rule, stream);
          const value = this.#values.get(keyOf(rule, stream));
          return {
            rule,
            stream,
            state: known?.state ?? "ok",
            ...(known !== undefined && { since: known.since }),
            severity,
            measure,
            above,
            ...(value !== undefined && { value }),
          };
        }),
    );
  }

  targets(): readonly AlarmTargetStatus[] {
    return [...this.#messengers].map(([name, messenger]) => ({
      ...messenger.status,
      waiting: this.#records.waiting.filter(({ target }) => target === name).length,
    }));
  }

  /** What nobody has taken is told after the next start. */
  async close(): Promise<void> {
    await Promise.all([...this.#messengers.values()].map((messenger) => messenger.close()));
    await this.#mutex.run(async () => undefined);
  }

  #judge(rule: string, settings: AlarmRule, stream: string, { state, value }: Verdict, now: number) {
    if (value !== undefined) this.#values.set(keyOf(rule, stream), value);
    const known = this.#find(rule, stream);
    if (state === undefined || state === (known?.state ?? "ok")) return [];
    const { measure, above, periods, periodMinutes, severity } = settings;
    const shown = value === undefined ? "unknown" : String(Math.round(value * 1000) / 1000);
    const message =
      state === "alarm"
        ? `${measure} of stream ${stream} is ${shown}, above ${above} for ${periods * periodMinutes} min`
        : `${measure} of stream ${stream} is ${shown}, not above ${above} any more`;
    return [
      transition(
        { rule, stream, state, severity, beganAt: state === "alarm" ? now : (known?.since ?? now) },
        now,
        message,
      ),
    ];
  }

  /** Alarms whose rule or stream is gone are over. */
  #endForgotten(streams: readonly string[], now: number): AlarmNotification[] {
    const { rules } = this.#options.settings;
    return this.#records.alarms
      .filter(({ state }) => state === "alarm")
      .flatMap(({ rule, stream, severity, since }) => {
        const globs = Object.hasOwn(rules, rule) ? (rules[rule]?.streams ?? []) : [];
        const isKnown = streams.includes(stream) && globs.some((glob) => matchesGlob(glob, stream));
        if (isKnown) return [];
        const message = `Stream ${stream} is not looked at by rule ${rule} any more`;
        return [transition({ rule, stream, state: "ok", severity, beganAt: since }, now, message)];
      });
  }

  async #take(transitions: readonly AlarmNotification[]): Promise<void> {
    await this.#change(({ alarms, waiting }) => {
      const changed = new Map(alarms.map((alarm) => [keyOf(alarm.rule, alarm.stream), alarm]));
      const added: AlarmRecords["waiting"] = [];
      for (const notification of transitions) {
        const { rule, stream, state, id, at: since, severity, message } = notification;
        const key = keyOf(rule, stream);
        const to = state === "alarm" ? this.#targetsOf(rule) : (changed.get(key)?.to ?? []);
        changed.set(key, { rule, stream, state, id, since, severity, message, to: [...to] });
        const known = to.filter((target) => this.#messengers.has(target));
        added.push(...known.map((target) => ({ target, notification })));
      }
      return { alarms: this.#worthKeeping([...changed.values()]), waiting: bounded([...waiting, ...added]) };
    });
    const { telemetry } = this.#options;
    for (const { rule, stream, state, message } of transitions) {
      telemetry.emit(state === "alarm" ? "alarm.raised" : "alarm.ended", { rule, stream, message });
    }
    for (const messenger of this.#messengers.values()) messenger.wake();
  }

  /** What is over, of a rule or a stream that is gone, would be kept for ever. */
  #worthKeeping(alarms: readonly Alarm[]): Alarm[] {
    const streams = new Set(this.#options.streams());
    const { rules } = this.#options.settings;
    return alarms.filter(
      ({ state, rule, stream }) => state === "alarm" || (streams.has(stream) && Object.hasOwn(rules, rule)),
    );
  }

  #targetsOf(rule: string): readonly string[] {
    const { rules, targets } = this.#options.settings;
    return rules[rule]?.to ?? Object.keys(targets);
  }

  #crossOut(target: string, id: string): Promise<void> {
    return this.#change(({ alarms, waiting }) => ({
      alarms,
      waiting: waiting.filter((one) => one.target !== target || one.notification.id !== id),
    }));
  }

  /** Durable before anybody sees it. */
  #change(change: (records: AlarmRecords) => AlarmRecords): Promise<void> {
    return this.#mutex.run(async () => {
      const changed = change(this.#records);
      await writeAlarmRecords(this.#options.disk, this.#path, changed);
      this.#records = changed;
    });
  }

  #renew(): void {
    const active = this.#records.alarms.filter(({ state }) => state === "alarm");
    for (const [name, messenger] of this.#messengers) {
      const own = active.filter(({ to }) => to.includes(name));
      messenger.renew(own.map(({ to: _, since, ...alarm }) => ({ ...alarm, beganAt: since, at: since })));
    }
  }

  #find(rule: string, stream: string): Alarm | undefined {
    return this.#records.alarms.find((alarm) => alarm.rule === rule && alarm.stream === stream);
  }
}

function transition(
  about: Pick<AlarmNotification, "rule" | "stream" | "state" | "severity" | "beganAt">,
  at: number,
  message: string,
): AlarmNotification {
  const { rule, stream, state } = about;
  const identity = JSON.stringify([rule, stream, state, at]);
  const id = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return { ...about, id, at, message };
}

function keyOf(rule: string, stream: string): string {
  return `${rule}\n${stream}`;
}

function bounded(waiting: AlarmRecords["waiting"]): AlarmRecords["waiting"] {
  const byTarget = Map.groupBy(waiting, ({ target }) => target);
  const kept = new Set([...byTarget.values()].flatMap((all) => all.slice(-WAITING_MAX)));
  return waiting.filter((one) => kept.has(one));
}

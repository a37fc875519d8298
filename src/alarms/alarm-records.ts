import { z } from "zod";
import { LakehoseError } from "../model/errors.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";

const stateSchema = z.enum(["ok", "alarm"]);

const alarmSchema = z.strictObject({
  rule: z.string(),
  stream: z.string(),
  state: stateSchema,
  /** Of the newest transition. */
  id: z.string(),
  since: z.number(),
  severity: z.string(),
  message: z.string(),
  /** Those that were told of the alarm and will be told of its end. */
  to: z.array(z.string()),
});

const notificationSchema = z.strictObject({
  /** The same for every attempt, and for no other transition. */
  id: z.string(),
  rule: z.string(),
  stream: z.string(),
  state: stateSchema,
  severity: z.string(),
  /** When the alarm began, milliseconds since 1970. */
  beganAt: z.number(),
  /** When it went into this state. */
  at: z.number(),
  message: z.string(),
});

const fileSchema = z.strictObject({
  alarms: z.array(alarmSchema),
  /** In the order in which they happened. */
  waiting: z.array(z.strictObject({ target: z.string(), notification: notificationSchema })),
});

/** One stream under one rule, from its first alarm on. */
export type Alarm = z.output<typeof alarmSchema>;

/** One transition, as targets are told of it. */
export type AlarmNotification = z.output<typeof notificationSchema>;

export type AlarmRecords = z.output<typeof fileSchema>;

/** The states of alarms and what is still to be told, one small file. Throws `LakehoseError` `damaged-alarms`. */
export async function readAlarmRecords(disk: Disk, path: string): Promise<AlarmRecords> {
  const bytes = await readFileWhole(disk, path);
  if (bytes === undefined) return { alarms: [], waiting: [] };
  try {
    return fileSchema.parse(JSON.parse(bytes.toString()));
  } catch (error) {
    const hint = "restore it from a backup, or remove it: alarms that are on are told once more then";
    throw new LakehoseError("damaged-alarms", `${path} is damaged: ${hint}.`, { cause: error });
  }
}

export function writeAlarmRecords(disk: Disk, path: string, records: AlarmRecords): Promise<void> {
  return writeFileDurably(disk, path, Buffer.from(JSON.stringify(records)));
}

import { instantOfLocal } from "../../std/time-zone.ts";

/** `…-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid>`, as Firehose and Lakehose call objects (reference 5.1). */
const NAME_TIME = /-\d+-(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-[0-9a-f]{8}-[0-9a-f-]{27}[^/]*$/;

/** Arrival of the oldest record in an object, as its name says it; `undefined` for names of another kind. */
export function objectTime(key: string, timeZone: string): number | undefined {
  const match = NAME_TIME.exec(key);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  return instantOfLocal({ year, month, day, hour, minute }, timeZone) + second * 1000;
}

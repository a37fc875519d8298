import type { ExtendedS3Configuration } from "../wire-types.ts";
import type { Allowances } from "./allowances.ts";
import { conversionProblems } from "./conversion-problems.ts";
import { dynamicPartitioningProblems } from "./dynamic-partitioning-problems.ts";
import type { Problems } from "./problems.ts";
import { processorProblems } from "./processor-problems.ts";
import { backupProblems, s3Problems } from "./s3-problems.ts";

/** `before` is the destination of the live stream when this is an update. */
export function* extendedS3Problems(
  destination: ExtendedS3Configuration,
  before?: ExtendedS3Configuration,
  allowances?: Allowances,
): Problems {
  yield* s3Problems(destination);
  yield* backupProblems(destination);
  yield* timeZoneProblems(destination.CustomTimeZone ?? "");
  yield* processorProblems(destination, before);
  yield* dynamicPartitioningProblems(destination, allowances);
  yield* conversionProblems(destination, allowances);
}

/** IANA ids, `UTC` or nothing (reference 5.3). */
function* timeZoneProblems(timeZone: string): Problems {
  if (timeZone === "") return;
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    yield `CustomTimeZone ${timeZone} is not a known time zone. Use an IANA name such as Asia/Tokyo, or UTC.`;
  }
}

import type { S3Configuration } from "../wire-types.ts";
import { objectKeyProblems } from "./object-key-problems.ts";
import { prefixProblems } from "./prefix-problems.ts";
import type { Problems } from "./problems.ts";

/** Reference 2.1: zero buffering is not offered for the bucket that takes the backup. */
const BACKUP_INTERVAL_SECONDS_MIN = 60;

type S3Part = Pick<S3Configuration, "EncryptionConfiguration" | "Prefix" | "ErrorOutputPrefix" | "BufferingHints"> &
  Partial<Pick<S3Configuration, "BucketARN">>;

/** What holds for every S3 part, be it the destination, its backup, or the error output of another destination. */
export function* s3Problems(part: S3Part): Problems {
  const encryption = part.EncryptionConfiguration;
  const chosen = [encryption?.NoEncryptionConfig, encryption?.KMSEncryptionConfig].filter((one) => one !== undefined);
  if (encryption !== undefined && chosen.length !== 1) {
    yield "Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified";
  }
  yield* prefixProblems(part);
  yield* objectKeyProblems(part);
}

/** S3BackupMode Enabled needs a place to back up to; only ExtendedS3 and Redshift know this mode. */
export function* backupProblems(destination: {
  readonly S3BackupMode?: string;
  readonly S3BackupConfiguration?: S3Configuration;
}): Problems {
  const { S3BackupMode, S3BackupConfiguration } = destination;
  if (S3BackupMode === "Enabled" && S3BackupConfiguration === undefined) {
    yield "S3 backup destination configuration is required when enabling S3 backup.";
  }
  if (S3BackupConfiguration === undefined) return;
  const interval = S3BackupConfiguration.BufferingHints?.IntervalInSeconds;
  if (interval !== undefined && interval < BACKUP_INTERVAL_SECONDS_MIN) {
    yield `BufferingHints.IntervalInSeconds must be between ${BACKUP_INTERVAL_SECONDS_MIN} and 900 seconds for the S3 backup destination.`;
  }
  yield* s3Problems(S3BackupConfiguration);
}

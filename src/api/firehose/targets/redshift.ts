import type { RedshiftConfiguration } from "../wire-types.ts";
import { targetKind } from "./target-kind.ts";

/** COPY from the bucket of the S3 part (reference 2.3). */
export const redshiftTarget = targetKind<RedshiftConfiguration>({
  backupAll: "Enabled",
  buffersInS3Part: true,
  target: (destination, { bucket }) => {
    const { ClusterJDBCURL: cluster, RoleARN: role, CopyCommand: copy } = destination;
    return {
      type: "redshift",
      options: {
        cluster,
        role,
        bucket: bucket.options,
        table: copy.DataTableName,
        ...(copy.DataTableColumns === undefined ? {} : { columns: copy.DataTableColumns }),
        ...(copy.CopyOptions === undefined ? {} : { copyOptions: copy.CopyOptions }),
        ...credentialsOf(destination),
      },
    };
  },
});

function credentialsOf({ SecretsManagerConfiguration: managed, Username, Password }: RedshiftConfiguration) {
  if (managed?.Enabled === true && managed.SecretARN !== undefined) return { secret: managed.SecretARN };
  return {
    ...(Username === undefined ? {} : { user: Username }),
    ...(Password === undefined ? {} : { password: Password }),
  };
}

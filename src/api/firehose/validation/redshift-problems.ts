import type { RedshiftConfiguration } from "../wire-types.ts";
import { hasExpressions } from "./prefix-problems.ts";
import type { Problems } from "./problems.ts";
import { processorProblems } from "./processor-problems.ts";
import { backupProblems, s3Problems } from "./s3-problems.ts";

export function* redshiftProblems(destination: RedshiftConfiguration, before?: RedshiftConfiguration): Problems {
  const s3 = destination.S3Configuration;
  if (!["UNCOMPRESSED", "GZIP"].includes(s3.CompressionFormat ?? "UNCOMPRESSED")) {
    yield "Only the following compression formats are allowed when using Redshift: [UNCOMPRESSED, GZIP]";
  }
  if (hasExpressions(s3.Prefix ?? "") || (s3.ErrorOutputPrefix ?? "") !== "") {
    yield "Prefix Expressions or ErrorOutputPrefix is currently not supported for this destination";
  }
  if (destination.SecretsManagerConfiguration?.Enabled !== true) {
    if (destination.Username === undefined) yield "Redshift Database Username is required for Redshift Destination";
    if (destination.Password === undefined) yield "Redshift Database Password is required for Redshift Destination";
  }
  yield* s3Problems(s3);
  yield* backupProblems(destination);
  yield* processorProblems(destination, before);
}

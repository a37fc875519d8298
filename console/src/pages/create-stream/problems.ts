import type { Draft } from "./draft.ts";

export type StepName = "source" | "transform" | "destination" | "settings";

/** Problems by the member that they are about. What only the server knows it says at the review. */
export type Problems = Partial<Record<keyof Draft, string>>;

const STREAM_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const KEY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function problemsOf(draft: Draft, step: StepName): Problems {
  switch (step) {
    case "source":
      return {
        ...(!STREAM_NAME.test(draft.name) && { name: "Use 1 to 64 letters, digits, dots, hyphens and underscores." }),
        ...(draft.source === "kinesis" &&
          !draft.kinesisArn.startsWith("arn:") && { kinesisArn: "Use the ARN of a Kinesis data stream." }),
      };
    case "transform": {
      const wrong = draft.partitionKeys.some(({ name, query }) => !KEY_NAME.test(name) || !query.startsWith("."));
      return wrong
        ? {
            partitionKeys: "A key needs a name of letters, digits and underscores, and a query that begins with a dot.",
          }
        : {};
    }
    case "destination":
      return {
        ...(!BUCKET_NAME.test(draft.bucket) && {
          bucket: "Use 3 to 63 lower-case letters, digits, dots and hyphens.",
        }),
        ...(draft.format === "parquet" && draft.table === "" && { table: "Choose the table that has the columns." }),
      };
    case "settings":
      return {
        ...(!(draft.megabytes >= 1 && draft.megabytes <= 128) && { megabytes: "Use 1 to 128 MB." }),
        ...(!(draft.seconds >= 0 && draft.seconds <= 900) && { seconds: "Use 0 to 900 seconds." }),
      };
  }
}

import { DESTINATION_KINDS, missingFields } from "./destination-kinds.ts";
import type { Draft } from "./draft.ts";
import { furtherProblem } from "./further-kinds.ts";

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
        ...(draft.source === "kafka" &&
          !draft.kafkaArn.startsWith("arn:") && {
            kafkaArn: "Use the ARN of a cluster; where it is, the configuration says.",
          }),
        ...(draft.source === "kafka" && draft.kafkaTopic === "" && { kafkaTopic: "Name the topic." }),
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
        ...destinationProblem(draft),
        ...furtherProblems(draft),
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

function destinationProblem({ destination, values, partitionKeys, format }: Draft): Problems {
  const kind = DESTINATION_KINDS.find(({ value }) => value === destination);
  if (kind === undefined) return {};
  if (partitionKeys.length > 0) return { destination: "Partitions by content are for buckets: take the keys away." };
  if (format === "parquet") return { destination: "Parquet is for buckets: choose records as they are." };
  const missing = missingFields(kind.fields, values);
  return missing.length === 0 ? {} : { values: `${kind.label} still needs: ${missing.join(", ")}.` };
}

function furtherProblems({ further }: Draft): Problems {
  const names = further.map(({ name }) => name);
  if (new Set(names).size < names.length) return { further: "Each further destination needs a name of its own." };
  const problem = further.map(furtherProblem).find((one) => one !== undefined);
  return problem === undefined ? {} : { further: problem };
}

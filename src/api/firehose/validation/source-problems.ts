import type { StreamDocument } from "../../../streams/streams.ts";
import type { Problems } from "./problems.ts";

/** A source block that does not belong to the type is accepted and has no effect, as AWS does it. */
export function* sourceProblems(
  type: StreamDocument["type"],
  input: {
    readonly KinesisStreamSourceConfiguration?: object;
    readonly MSKSourceConfiguration?: object;
    readonly DatabaseSourceConfiguration?: object;
  },
): Problems {
  if (type === "KinesisStreamAsSource" && input.KinesisStreamSourceConfiguration === undefined) {
    yield "KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type.";
  }
  if (type === "MSKAsSource" && input.MSKSourceConfiguration === undefined) {
    yield "MSKSourceConfiguration is mandatory for MSKAsSource stream type.";
  }
  if (type === "DatabaseAsSource" && input.DatabaseSourceConfiguration === undefined) {
    yield "DatabaseSourceConfiguration is mandatory for DatabaseAsSource stream type.";
  }
}

import { RadioInput, TextInput } from "../../ui/inputs.tsx";
import type { Draft } from "./draft.ts";
import type { StepProps } from "./step.ts";

const SOURCES = [
  { value: "direct", label: "Producers put records (PutRecord, PutRecordBatch, plain HTTP, agents, sources)" },
  { value: "kinesis", label: "The stream reads a Kinesis data stream by itself" },
  { value: "kafka", label: "The stream reads a Kafka topic by itself" },
] as const satisfies readonly { value: Draft["source"]; label: string }[];

export function SourceStep({ draft, problems, change }: StepProps) {
  return (
    <>
      <TextInput
        label="Name"
        hint="Producers and access rules know the stream by it; it does not change later."
        placeholder="clicks"
        problem={problems.name}
        value={draft.name}
        onChange={(name) => change({ name })}
      />
      <RadioInput legend="Records" value={draft.source} choices={SOURCES} onChange={(source) => change({ source })} />
      {draft.source === "kinesis" && (
        <TextInput
          label="ARN of the data stream"
          hint="Where it is reached other than at AWS stands in the configuration, under streamSources."
          placeholder="arn:aws:kinesis:eu-west-1:000000000000:stream/clicks"
          problem={problems.kinesisArn}
          value={draft.kinesisArn}
          onChange={(kinesisArn) => change({ kinesisArn })}
        />
      )}
      {draft.source === "kafka" && (
        <>
          <TextInput
            label="ARN of the cluster"
            hint="Where its brokers are stands in the configuration, under streamSources."
            placeholder="arn:aws:kafka:eu-west-1:000000000000:cluster/events/1a2b"
            problem={problems.kafkaArn}
            value={draft.kafkaArn}
            onChange={(kafkaArn) => change({ kafkaArn })}
          />
          <TextInput
            label="Topic"
            problem={problems.kafkaTopic}
            value={draft.kafkaTopic}
            onChange={(kafkaTopic) => change({ kafkaTopic })}
          />
        </>
      )}
    </>
  );
}

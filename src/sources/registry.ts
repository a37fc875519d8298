import { directorySource } from "./directory/directory-source.ts";
import { dynamodbStreamsSource } from "./dynamodb-streams/dynamodb-streams-source.ts";
import { filesSource } from "./files/files-source.ts";
import { kafkaSource } from "./kafka/kafka-source.ts";
import { kinesisSource } from "./kinesis/kinesis-source.ts";
import { mqttSource } from "./mqtt/mqtt-source.ts";
import { rabbitMqSource } from "./rabbitmq/rabbitmq-source.ts";
import { sftpSource } from "./sftp/sftp-source.ts";
import type { SourceKind } from "./source-kind.ts";
import { sqsSource } from "./sqs/sqs-source.ts";

/** Every kind of upstream that is read from, in the order of the alphabet. */
export const sourceKinds: readonly SourceKind[] = [
  directorySource,
  dynamodbStreamsSource,
  filesSource,
  kafkaSource,
  kinesisSource,
  mqttSource,
  rabbitMqSource,
  sftpSource,
  sqsSource,
];

import { FirehoseClient, PutRecordCommand } from "@aws-sdk/client-firehose";

/** As such functions are written for AWS: the address comes from the environment, AWS_ENDPOINT_URL. */
const firehose = new FirehoseClient({});

export async function handler({ Records }) {
  for (const { kinesis } of Records) {
    const Data = Buffer.concat([Buffer.from(kinesis.data, "base64"), Buffer.from("\n")]);
    await firehose.send(new PutRecordCommand({ DeliveryStreamName: "visits", Record: { Data } }));
  }
}

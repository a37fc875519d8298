import { streamFailure } from "../shards/stream-failure.ts";
import { anySourceKind, type SourceKind } from "../source-kind.ts";
import { type TableStreamOptions, tableStreamOptions, upstreamOf } from "./table-stream-options.ts";

const ADVICE = {
  notFound: "enable the stream of the table, or look at its name, account and region",
  rights:
    "dynamodb:DescribeStream, dynamodb:GetShardIterator, dynamodb:GetRecords and, with table, dynamodb:ListStreams",
};

/** How shards are read stands in `shards/`; here is what is DynamoDB's own. */
export const dynamodbStreamsSource: SourceKind = anySourceKind<TableStreamOptions>({
  name: "dynamodb-streams",
  description:
    "Changes of a table of Amazon DynamoDB, as its stream tells them: as plain JSON, in an envelope, or as AWS writes them. Measures and counters are those of `kinesis`; `millisBehindLatest` is the age of the last change that was read, 0 when there was none.",
  guarantee:
    "Exactly once, by the sequence number of each shard, unless nothing was read for the 24 hours that changes are kept. The order of the changes of each item is kept.",
  options: tableStreamOptions,
  upstream: upstreamOf,
  create: (components) => async (options, run) => {
    const { TableStream } = await import("./table-stream.ts");
    const { readStream } = await import("../shards/read-shards.ts");
    const open = () => TableStream.open(options, components, run.signal);
    await readStream({ ...options, ...components, open, run }).catch((error: unknown) => {
      throw streamFailure(error, upstreamOf(options), ADVICE);
    });
  },
});

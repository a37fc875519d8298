import { streamFailure } from "../shards/stream-failure.ts";
import { anySourceKind, type SourceKind } from "../source-kind.ts";
import { type KinesisOptions, kinesisOptions, upstreamOf } from "./kinesis-options.ts";

const ADVICE = {
  notFound: "create the stream, or look at its name, account and region",
  rights:
    "kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetShardIterator and kinesis:GetRecords; for an encrypted stream kms:Decrypt too",
};

/** How shards are read stands in `shards/`; here is what is Kinesis's own. */
export const kinesisSource: SourceKind = anySourceKind<KinesisOptions>({
  name: "kinesis",
  description:
    "Amazon Kinesis data streams, all shards, through splits and merges. Measures `millisBehindLatest` (the largest of all shards) and `shards`; counts `readCalls`, `emptyReads`, `throttledReads`, `throttledLists` and `expiredIterators`.",
  guarantee: "Exactly once, by the sequence number of each shard. The order of each partition key is kept.",
  options: kinesisOptions,
  upstream: upstreamOf,
  create: (components) => async (options, run) => {
    const { KinesisStream } = await import("./kinesis-stream.ts");
    const { readStream } = await import("../shards/read-shards.ts");
    const open = () => KinesisStream.open(options, components, run.signal);
    await readStream({ ...options, ...components, open, run }).catch((error: unknown) => {
      throw streamFailure(error, upstreamOf(options), ADVICE);
    });
  },
});

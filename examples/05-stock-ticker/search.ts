import { join } from "node:path";
import { tableLines } from "../query.ts";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, print, putAll, runExample } from "../run-example.ts";
import { SearchCluster } from "../search-cluster.ts";
import { until } from "../until.ts";

/**
 * The trades as documents, a cluster that takes no more of them for a while, and how those that it missed come back: see
 * README.md beside this file.
 *
 *     npm run servers -- run opensearch -- npx node examples/05-stock-ticker/search.ts [--keep]
 */
const TRADES = 10_000;
const STREAM = "stock-search";

/** As people chart it: the mean price of each symbol in each second. */
const PRICES = {
  size: 0,
  aggs: {
    symbols: {
      terms: { field: "ticker_symbol.keyword", size: 3, order: { _key: "asc" } },
      aggs: {
        seconds: {
          date_histogram: { field: "timestamp", fixed_interval: "1s", min_doc_count: 1 },
          aggs: { mean: { avg: { field: "price" } } },
        },
      },
    },
  },
};

interface Prices {
  readonly aggregations: { readonly symbols: { readonly buckets: readonly SymbolPrices[] } };
}

interface SymbolPrices {
  readonly key: string;
  readonly seconds: { readonly buckets: readonly SecondPrices[] };
}

interface SecondPrices {
  readonly key_as_string: string;
  readonly doc_count: number;
  readonly mean: { readonly value: number };
}

const cluster = SearchCluster.fromEnvironment("npx node examples/05-stock-ticker/search.ts");
await cluster.forget("stockdata-*");
const settings = { config: join(import.meta.dirname, "search.yaml") };
try {
  await runExample(
    import.meta.dirname,
    async ({ lakehose, client, bucket }) => {
      const index = `stockdata-${new Date().toISOString().slice(0, 10)}`;
      const trades = eventsOf("ticker", TRADES, 5);
      await putAll(client, STREAM, trades.slice(0, TRADES / 2));
      await lakehose.flush(STREAM);
      print(`${await cluster.count(index)} of ${TRADES} trades are documents of ${index}.`, "");

      await cluster.ask("PUT", `${index}/_block/write`);
      await putAll(client, STREAM, trades.slice(TRADES / 2));
      await lakehose.flush(STREAM);
      await expectFailed(bucket, index);
      await cluster.ask("PUT", `${index}/_settings`, { "index.blocks.write": false });
      await redrive(lakehose.url);
      await lakehose.flush(STREAM);
      const count = await cluster.count(index);
      print(`The index is open again, and the failed documents are back: ${count} trades, each once.`, "");
      expectEqual("the number of documents", count, TRADES);

      const { aggregations } = await cluster.ask<Prices>("POST", `${index}/_search`, PRICES);
      print("Mean price of each symbol over time:", ...tableLines(rowsOf(aggregations.symbols.buckets)));
    },
    { settings },
  );
} finally {
  await cluster.forget("stockdata-*");
}

/** The cluster refused half of the trades for longer than a second: they are in the bucket, with what it said. */
async function expectFailed(bucket: string, index: string): Promise<void> {
  const objects = await readObjects(bucket, "elasticsearch-failed");
  const failed = linesOf(objects);
  print("The index was closed to writers. The bucket:", ...folderLines(objects), "");
  const { errorCode, errorMessage, esDocumentId, esIndexName } = JSON.parse(failed[0] ?? "{}");
  print("One of the failed documents:", `  ${errorCode} for ${esDocumentId}: ${errorMessage}`, "");
  expectEqual("the failed documents", [failed.length, errorCode, esIndexName], [TRADES / 2, "403", index]);
}

/** As `lakehose redrive stock-search` does. */
async function redrive(url: string): Promise<void> {
  await fetch(`${url}/api/streams/${STREAM}/redrive`, { method: "POST", body: "{}" });
  await until("the failed documents are read back", async () => {
    const answer = await fetch(`${url}/api/streams/${STREAM}/redrives`);
    const { redrives } = (await answer.json()) as { readonly redrives: readonly { readonly state: string }[] };
    return redrives.at(-1)?.state === "done";
  });
}

function rowsOf(symbols: readonly SymbolPrices[]) {
  return symbols.flatMap(({ key, seconds }) =>
    seconds.buckets.slice(0, 2).map(({ key_as_string, doc_count, mean }) => ({
      ticker_symbol: key,
      second: key_as_string,
      trades: doc_count,
      mean_price: mean.value.toFixed(2),
    })),
  );
}

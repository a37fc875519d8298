import { type Bench, STREAM } from "./harness/bench.ts";
import { SIGNING, streamInto } from "./harness/lakehose.ts";
import type { LoadOrder, LoadReport } from "./harness/load-order.ts";
import { loadRow, megabytesPerSecond, requestsPerSecond } from "./harness/load-rows.ts";
import { callMoto } from "./harness/moto.ts";
import { alternate, ratio } from "./harness/rounds.ts";
import type { Question } from "./question.ts";

const VARIABLE = "LAKEHOSE_TEST_MOTO";

/** One process in Python: more connections would only wait for each other. */
const CONNECTIONS = 8;

export const moto: Question = {
  name: "moto",
  asks: "How many times faster than moto's server, which keeps nothing durable, are the same signed calls acknowledged?",
  unanswerable: (environment) =>
    environment[VARIABLE] === undefined
      ? `its address belongs in ${VARIABLE}: npm run servers -- run moto -- npm run bench -- moto`
      : undefined,
  run: async (bench) => {
    const url = process.env[VARIABLE] ?? "";
    await createMotoStream(url);
    const batch = (server: { readonly url: string }) => bench.batches(server, signedLoad);
    const single = (server: { readonly url: string }) => bench.singles(server, signedLoad);
    const results = await alternate(bench, {
      "moto, batches": () => bench.loader.run(batch({ url })),
      "lakehose, batches": () => lakehose(bench, batch),
      "moto, single records": () => bench.loader.run(single({ url })),
      "lakehose, single records": () => lakehose(bench, single),
    });
    const { "moto, batches": motoBatches, "lakehose, batches": batches } = results;
    const { "moto, single records": motoSingles, "lakehose, single records": singles } = results;
    return {
      checks: [
        { what: "batches / moto's", value: ratio(batches, motoBatches, megabytesPerSecond, megabytesPerSecond) },
        { what: "single records / moto's", value: ratio(singles, motoSingles, requestsPerSecond, requestsPerSecond) },
      ],
      rows: Object.entries(results).map(([name, reports]) => loadRow(name, reports)),
    };
  },
};

const signedLoad: Partial<LoadOrder> = { signing: SIGNING, connections: CONNECTIONS };

function lakehose(bench: Bench, order: (server: { readonly url: string }) => LoadOrder): Promise<LoadReport> {
  return bench.withLakehose({ streams: [streamInto(STREAM)], signed: true }, (server) =>
    bench.loader.run(order(server)),
  );
}

/** A bucket and a stream into it, unless an earlier run left them there. */
async function createMotoStream(url: string): Promise<void> {
  const { lakehose: _, ...input } = streamInto(STREAM);
  await callMoto(url, "s3", { method: "PUT", path: "/lake" });
  const target = "Firehose_20150804.CreateDeliveryStream";
  const { status, body } = await callMoto(url, "firehose", {
    method: "POST",
    path: "/",
    target,
    body: JSON.stringify(input),
  });
  if (status !== 200 && !body.includes("ResourceInUse")) throw new Error(`moto answered ${status}: ${body}`);
}

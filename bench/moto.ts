import { type Bench, STREAM } from "./harness/bench.ts";
import { call, callFirehose } from "./harness/http.ts";
import { SIGNING, streamInto } from "./harness/lakehose.ts";
import type { LoadOrder, LoadReport } from "./harness/load-order.ts";
import { loadRow, megabytesPerSecond, requestsPerSecond } from "./harness/load-rows.ts";
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
  const bucket = await call("PUT", new URL("/lake", url).href, scope("s3", "us-east-1"));
  if (bucket.status !== 200) throw new Error(`moto made no bucket and answered ${bucket.status}: ${bucket.body}`);
  const { lakehose: _, ...input } = streamInto(STREAM);
  const stream = await callFirehose(url, "CreateDeliveryStream", input, scope("firehose", SIGNING.region));
  if (stream.status === 200 || stream.body.includes("ResourceInUse")) return;
  throw new Error(`moto made no stream and answered ${stream.status}: ${stream.body}`);
}

/** moto tells services and regions apart by the scope of the signature and checks nothing else of it. */
function scope(service: string, region: string) {
  const credential = `${SIGNING.accessKeyId}/20260101/${region}/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0` };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { afterwards } from "../../test/journeys/cleanup.ts";
import { temporaryFolder } from "../../test/journeys/journey.ts";
import { systemClock } from "../std/clock.ts";
import { nodeDisk } from "../std/node-disk.ts";
import { systemRandom } from "../std/random.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import { parseConfiguration } from "./configuration/load-configuration.ts";
import { dataFolder } from "./data-folder.ts";
import { openStores } from "./stores.ts";

test("storeFor() follows the configuration, also for buckets that are called like members of objects", async (t) => {
  const data = await temporaryFolder(t);
  const content = {
    data,
    storage: {
      default: "s3",
      s3: {
        endpoint: "http://127.0.0.1:9",
        region: "eu-west-1",
        credentials: { accessKeyId: "key", secretAccessKey: "secret" },
      },
      buckets: { here: { store: "local" }, there: { pathStyle: false } },
    },
  };
  const configuration = parseConfiguration(JSON.stringify(content), { path: "test", environment: {} });
  const world = { clock: systemClock, disk: nodeDisk, random: systemRandom, telemetry: silentTelemetry };
  const stores = await openStores({ ...world, configuration, folder: dataFolder(data) });
  afterwards(t, () => stores.close());
  const typeOf = (bucket: string) => stores.storeFor(bucket).type;
  assert.deepEqual(["here", "there", "other"].map(typeOf), ["disk", "s3", "s3"]);
  for (const bucket of ["constructor", "__proto__", "toString"]) assert.equal(typeOf(bucket), "s3", bucket);
  assert.equal(stores.endpointOf("here"), undefined);
  assert.equal(stores.endpointOf("there"), "http://127.0.0.1:9");
  assert.equal(stores.storeFor("constructor"), stores.storeFor("other"));
});

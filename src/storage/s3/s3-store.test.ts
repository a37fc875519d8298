import { randomBytes } from "node:crypto";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { objectStoreConformance } from "../../../test/conformance/object-store.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { makeS3Client } from "./s3-options.ts";
import { S3Store } from "./s3-store.ts";

/** The servers that `npm run servers` starts, and any other whose address is in the variable. */
const SERVERS = [
  {
    variable: "LAKEHOSE_TEST_S3",
    broken: {
      "of ten conditional puts at once one wins": "S3Mock looks first and writes then, so several of them may win",
      "list puts keys beyond the basic plane last": "S3Mock sorts keys as UTF-16, S3 as UTF-8",
      "aborting an upload leaves an object of its name alone": "S3Mock deletes the object together with the upload",
    },
  },
  {
    variable: "LAKEHOSE_TEST_MOTO",
    broken: {
      "an object that has become another keeps its storage class": "moto copies whatever the condition says",
      "completing an aborted upload is no-such-upload": "moto answers 500 with a page of HTML, which says nothing",
    },
  },
] as const;

/** S3's smallest part, so that the last part of two may be smaller. */
const PART_BYTES = 5 * 1024 * 1024;

for (const { variable, broken } of SERVERS) {
  const endpoint = process.env[variable];
  const connection = {
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  objectStoreConformance({
    name: `s3 at ${variable}`,
    ...(endpoint === undefined ? { skip: `needs an S3 server: its address belongs in ${variable}` } : {}),
    broken,
    open: async () => {
      const bucket = `lakehose-${randomBytes(6).toString("hex")}`;
      const client = makeS3Client(connection);
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      client.destroy();
      const world = { clock: systemClock, random: systemRandom, telemetry: silentTelemetry };
      const store = new S3Store({ ...connection, ...world, partBytes: PART_BYTES });
      const cleanUp = async () => {
        for await (const { key } of store.list(bucket)) await store.delete(bucket, key);
        await store.close();
      };
      return { store, bucket, cleanUp };
    },
  });
}

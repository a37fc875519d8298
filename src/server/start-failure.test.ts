import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { afterwards } from "../../test/journeys/cleanup.ts";
import { temporaryFolder } from "../../test/journeys/journey.ts";
import { LakehoseError } from "../model/errors.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import { start } from "./start.ts";
import { startFailure } from "./start-failure.ts";

const expected = (message: RegExp) => (error: unknown) => error instanceof LakehoseError && message.test(error.message);

test("startFailure says who works in the data folder", async (t) => {
  const data = await temporaryFolder(t);
  const first = await start({ data });
  afterwards(t, () => first.close());
  await assert.rejects(start({ data }), expected(/in use by process \d+ .*Stop that server first/));
});

test("startFailure says that somebody else listens on the port", async (t) => {
  const first = await start();
  afterwards(t, () => first.close());
  const { port } = first;
  await assert.rejects(start({ port }), expected(new RegExp(`127\\.0\\.0\\.1:${port}: another program listens there`)));
});

test("startFailure says that the data folder is none", async (t) => {
  const data = join(await temporaryFolder(t), "file");
  await writeFile(data, "");
  await assert.rejects(start({ data }), expected(/^Cannot work in the data folder .*file: EEXIST.*--data/));
});

test("startFailure has nothing to add to a certificate that is missing", async (t) => {
  const tls = { certificate: join(await temporaryFolder(t), "none.pem"), key: "none.key" };
  await assert.rejects(
    start({ tls }),
    (error) => error instanceof ConfigurationError && /none\.pem/.test(error.message),
  );
});

test("startFailure leaves faults of ours as they are", () => {
  const fault = new TypeError("x is not a function");
  assert.equal(startFailure(fault, { data: "d", host: "h", port: 1 }), fault);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RECEIVERS } from "./receivers.ts";

test("the guide's table of receivers is this one", () => {
  const page = readFileSync(new URL("../../../docs/guides/destinations/http-endpoint.md", import.meta.url), "utf8");
  const rows = Object.entries(RECEIVERS).map(
    ([name, { url, gatherMiB }]) => `| \`${name}\` | ${gatherMiB} MiB | \`${url}\` |`,
  );
  assert.deepEqual(page.match(/^\| `[a-z.-]+` \| \d+ MiB .*$/gm), rows);
});

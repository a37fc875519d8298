import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { httpReachShape, readWay, secretMember } from "./http-reach.ts";

test("readWay() reads secrets by name, and makes what the proxy wants to hear", () => {
  const schema = z.strictObject(httpReachShape);
  const reach = schema.parse({
    tls: { authority: { secret: "ca" }, serverName: "collector" },
    proxy: { url: "http://proxy:3128", credentials: { secret: "proxy" } },
  });
  const way = readWay(reach, (name) => `<${name}>`);
  assert.deepEqual(way, {
    tls: { ca: "<ca>", servername: "collector" },
    proxy: { uri: "http://proxy:3128", token: `Basic ${Buffer.from("<proxy>").toString("base64")}` },
  });
  assert.deepEqual(readWay({}, String), { tls: {} });
  assert.throws(() => schema.parse({ proxy: { url: "socks5://proxy" } }), { name: "ZodError" });
});

test("secretMember() takes the member of a JSON secret and never tells what else is in it", () => {
  assert.equal(secretMember('{"api_key":"k"}', "api_key"), "k");
  for (const wrong of ["hush", '"hush"', "null", '{"apikey":"hush"}', '{"api_key":7}', '{"api_key":""}', "[]"]) {
    assert.throws(
      () => secretMember(wrong, "api_key"),
      (error: Error) => /text "api_key", got/.test(error.message) && !error.message.includes("hush"),
      wrong,
    );
  }
});

import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { eventTargetSchema } from "./target-schema.ts";
import { webhookEventTarget } from "./webhook-event-target.ts";

const PAYLOAD = Buffer.from("{}");

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

function send(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Buffer | undefined> {
  const target = webhookEventTarget({ url, timeoutMs: 2_000, headers: () => headers });
  return target.send(PAYLOAD, new AbortController().signal);
}

test("a webhook that says yes is believed at once, whatever it goes on to say", async (t) => {
  const url = await serve(t, (_, response) => void response.writeHead(200).write("a"));
  assert.equal(await send(url), undefined);
});

test("of a webhook that says no the begin of its answer is read and told", async (t) => {
  let sent = 0;
  const url = await serve(t, (_, response) => {
    response.writeHead(503);
    const more = () => {
      while (response.write(Buffer.alloc(65_536, "n"))) sent += 65_536;
    };
    response.on("drain", more);
    more();
  });
  await assert.rejects(send(url), { code: "webhook-refused", message: /answered 503, expected 200 to 299: n{300}$/ });
  assert.ok(sent < 50_000_000, `${sent} bytes`);
});

test("a header that cannot be sent is told by its name, never by its value", async () => {
  for (const value of ["sec\nret", "secr€t"]) {
    await assert.rejects(
      send("http://127.0.0.1:9/", { authorization: value }),
      (error: Error) => /header authorization/.test(error.message) && !/sec/.test(error.message),
    );
  }
});

test("an address with a password is refused by a message without it", () => {
  const { error } = eventTargetSchema.safeParse({ webhook: { url: "https://user:secret@host/hook" } });
  assert.match(JSON.stringify(error?.issues), /headers/);
  assert.doesNotMatch(JSON.stringify(error?.issues), /secret@/);
});

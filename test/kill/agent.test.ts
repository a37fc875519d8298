import assert from "node:assert/strict";
import { appendFile, copyFile, mkdir, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/std/random.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { createStream, type Journey, startJourney, temporaryFolder, until } from "../journeys/journey.ts";
import { type AgentProcess, startAgent, writeAgentConfiguration } from "./agent-process.ts";

/**
 * The agent as a process, killed in the middle of its work while lines are written and files rotate. An oracle knows each line
 * that was written; the server says what it has stored.
 */
async function linesIn(journey: Journey, stream: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { bytes } of journey.lakehose.records(stream)) lines.push(bytes.toString().replace(/\n$/, ""));
  return lines;
}

async function accepted(journey: Journey, stream: string): Promise<number> {
  const response = await fetch(`${journey.lakehose.url}/api/streams/${stream}`);
  const { health } = (await response.json()) as { health?: { accepted?: number } };
  return health?.accepted ?? Number.NaN;
}

async function agentWorld(t: TestContext, flow: Readonly<Record<string, unknown>> = {}) {
  const journey = await startJourney(t);
  await createStream(journey.client, "logs");
  const folder = await temporaryFolder(t);
  const logs = join(folder, "logs");
  await mkdir(logs);
  const pattern = { filePattern: join(logs, "app.log*"), deliveryStream: "logs", ...flow };
  const config = await writeAgentConfiguration(folder, journey.lakehose.url, pattern);
  let agent: AgentProcess | undefined;
  afterwards(t, async () => void (await agent?.kill("SIGKILL")));
  return {
    journey,
    log: join(logs, "app.log"),
    start: () => {
      agent = startAgent(config);
      return agent;
    },
  };
}

const KILLS = 8;

test(`agent: killed ${KILLS} times under writers and rotation: each line is stored once`, async (t) => {
  const { journey, log, start } = await agentWorld(t);
  const chance = seededRandom(11);
  const written: string[] = [];
  let writing = true;
  const write = async () => {
    for (let turn = 0; writing; turn++) {
      const count = 1 + Math.floor(chance.fraction() * 400);
      const lines = Array.from({ length: count }, (_, index) => `${written.length + index} ${"x".repeat(index % 90)}`);
      await appendFile(log, `${lines.join("\n")}\n`);
      written.push(...lines);
      if (turn % 25 === 24) await rename(log, `${log}.${turn}`);
      if (turn % 40 === 39) {
        // Nobody writes meanwhile: what a writer adds between the copy and its end is lost by its own design.
        await copyFile(log, `${log}.copy${turn}`).catch(() => undefined);
        await truncate(log).catch(() => undefined);
      }
      await sleep(10);
    }
  };
  const done = write();
  for (let kill = 0; kill < KILLS; kill++) {
    const agent = start();
    await sleep(700 + chance.fraction() * 900);
    await agent.kill("SIGKILL");
  }
  const last = start();
  writing = false;
  await done;
  await until(async () => (await accepted(journey, "logs")) >= written.length);
  assert.equal(await last.kill("SIGTERM"), 0, last.errors());
  await journey.lakehose.flush();
  assert.deepEqual((await linesIn(journey, "logs")).sort(), [...written].sort());
  assert.ok(written.length > 5_000, `${written.length} lines were enough to be killed in`);
});

test("agent: SIGTERM hands on what is gathered and says what was sent", async (t) => {
  const { journey, log, start } = await agentWorld(t, { maxBufferAgeMillis: 900_000 });
  await writeFile(log, "one\ntwo\n");
  const agent = start();
  await until(async () => /is followed from byte 0/.test(agent.errors()));
  await sleep(500);
  assert.equal(await accepted(journey, "logs"), 0, "nothing is sent before its time");
  assert.equal(await agent.kill("SIGTERM"), 0, agent.errors());
  const { flows } = JSON.parse(agent.output());
  assert.deepEqual([flows[0].records, flows[0].bytes, flows[0].lagBytes], [2, 8, 0]);
  await journey.lakehose.flush();
  assert.deepEqual(await linesIn(journey, "logs"), ["one", "two"]);
});

test("agent: a second one with the same checkpoints is refused", async (t) => {
  const { log, start } = await agentWorld(t);
  await writeFile(log, "one\n");
  const first = start();
  await sleep(1200);
  const second = start();
  await until(async () => /another agent works with it/.test(second.errors()));
  await second.kill("SIGTERM");
  await first.kill("SIGTERM");
});

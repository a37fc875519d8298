import assert from "node:assert/strict";
import { test } from "node:test";
import { adminDoor, type Door, ingestDoor, wireDoor } from "./doors.ts";
import { type HostileRunReport, hostileRun } from "./hostile-run.ts";
import { startHostileServer } from "./hostile-server.ts";
import { pushDoor } from "./push-doors.ts";
import { OPERATIONS } from "./valid-requests.ts";

/**
 * Requests that nobody means well with, through every door of a server of its own. Each is answered in the door's own
 * form, never by a failure inside and never by silence; memory stays where it is, and a good record is still taken.
 *
 *     LAKEHOSE_FUZZ=100000 LAKEHOSE_FUZZ_SEED=7 node --test test/hostile/hostile-requests.test.ts
 */
const REQUESTS = Number(process.env.LAKEHOSE_FUZZ ?? 3000);
const SEED = Number(process.env.LAKEHOSE_FUZZ_SEED ?? 1);

/** Above what the server needs for its bodies and its own code, far below what a leak of the larger requests makes. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;

interface TestedDoor {
  readonly name: string;
  readonly door: Door;
  /** Of all requests. */
  readonly share: number;
  /** Answers without which the requests were not interesting. */
  readonly codes: readonly string[];
  readonly serves?: readonly string[];
  readonly tls?: boolean;
}

const DOORS: readonly TestedDoor[] = [
  {
    name: "wire",
    door: wireDoor,
    share: 0.55,
    codes: [
      "200",
      "SerializationException",
      "ValidationException",
      "UnknownOperationException",
      "InvalidArgumentException",
    ],
    serves: OPERATIONS,
  },
  {
    name: "ingest",
    door: ingestDoor,
    share: 0.2,
    codes: ["200", "ResourceNotFoundException", "SerializationException"],
  },
  {
    name: "push",
    door: pushDoor,
    share: 0.2,
    codes: [
      "200",
      "400",
      "InvalidSignatureException",
      "SerializationException",
      "UnsupportedMediaTypeException",
      "RequestEntityTooLargeException",
    ],
    serves: ["delivery", "event", "hook"],
  },
  {
    name: "admin",
    door: adminDoor,
    share: 0.15,
    codes: ["200", "InvalidArgumentException", "UnknownOperationException"],
  },
  { name: "wire over TLS", door: wireDoor, share: 0.1, codes: ["200", "SerializationException"], tls: true },
];

for (const { name, door, share, codes, serves = [], tls = false } of DOORS) {
  test(`hostile requests to the door "${name}" are answered in its own form, within bounded memory`, async (t) => {
    const server = await startHostileServer(t, tls ? { tls: { selfSigned: true } } : {});
    const requests = Math.ceil(REQUESTS * share);
    const memory: number[] = [];
    const seen: Record<string, number> = {};
    const served = new Set<string>();
    const rounds = Math.max(2, Math.ceil(requests / 5000));
    for (let round = 0; round < rounds; round++) {
      const report = await hostileRun({
        ...server,
        door,
        name,
        requests: Math.ceil(requests / rounds),
        seed: SEED * 1000 + round,
      });
      add(seen, report);
      for (const what of report.served) served.add(what);
      if (report.problems.length > 0) assert.fail(report.problems.join("\n"));
      await server.putGoodRecord();
      memory.push(await server.memoryBytes());
    }
    for (const code of codes)
      assert.ok((seen[code] ?? 0) > 0, `no request was answered by ${code}: ${JSON.stringify(seen)}`);
    for (const what of serves) assert.ok(served.has(what), `no ${what} was served, only ${[...served].join(", ")}`);
    assert.ok(Math.max(...memory) < MEMORY_BYTES_MAX, `memory grew: ${memory.join(", ")} bytes`);
    t.diagnostic(`${requests} requests: ${JSON.stringify(seen)}; memory ${memory.map(mebibytes).join(", ")} MiB`);
    assert.doesNotMatch(server.process.errors(), /\n\s+at /, "a failure that nobody foresaw");
  });
}

function add(seen: Record<string, number>, { codes }: HostileRunReport): void {
  for (const [code, count] of Object.entries(codes)) seen[code] = (seen[code] ?? 0) + count;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../std/clock.ts";
import { JobError } from "../job-error.ts";
import type { JobComponents, JobEndpoint } from "../job-kind.ts";
import { pythonJob } from "./python-job.ts";

function world(t: TestContext, more: { inline?: boolean; endpoint?: JobEndpoint } = {}) {
  const root = mkdtempSync(join(tmpdir(), "lakehose-python-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const scripts = folder("scripts");
  const work = pythonJob.create({
    clock: systemClock,
    temporaryDirectory: folder("runs"),
    cacheDirectory: folder("cache"),
    python: { scripts, libraries: folder("lib"), inline: more.inline ?? true },
    endpoint: () => more.endpoint ?? { url: "http://127.0.0.1:4573" },
  } as unknown as JobComponents);
  let runs = 0;
  const run = async (options: object, signal = new AbortController().signal) => {
    const lines: string[] = [];
    const result = await work(pythonJob.options.parse(options), {
      runId: `run-${runs++}`,
      jobName: "clean",
      startedAt: Date.UTC(2026, 10, 22),
      occasion: { at: Date.UTC(2026, 10, 22, 6), day: "2026-11-21" },
      signal,
      log: (line) => void lines.push(line),
      progress: () => undefined,
      state: { read: async () => undefined, write: async () => undefined },
    }).then(
      ({ counters }) => ({ counters, failure: undefined }),
      (error: unknown) => ({ counters: undefined, failure: error as Error }),
    );
    return { ...result, lines };
  };
  return { root, scripts, run };
}

test("a script of the folder runs with its arguments, libraries and occasion, and prints into the log", async (t) => {
  const { root, scripts, run } = world(t);
  writeFileSync(join(root, "lib", "shared.py"), "WORD = 'shared'\n");
  writeFileSync(
    join(scripts, "a.py"),
    "import os, shared, sys\nprint(shared.WORD, *sys.argv[1:])\nprint(os.environ['LAKEHOSE_DAY'], file=sys.stderr)\n",
  );
  const { counters, lines, failure } = await run({ script: "a.py", arguments: ["1", "two words"] });
  assert.equal(failure, undefined);
  assert.deepEqual(lines.slice(1).sort(), ["2026-11-21", "shared 1 two words"]);
  assert.deepEqual(counters, { linesPrinted: 2 });
});

test("a script sees credentials for this server, its own variables, and nothing else of the server", async (t) => {
  process.env.LAKEHOSE_TEST_SECRET = "secret";
  t.after(() => delete process.env.LAKEHOSE_TEST_SECRET);
  const endpoint = {
    url: "https://127.0.0.1:1",
    credentials: { accessKeyId: "ID", secretAccessKey: "KEY" },
    caFile: "/ca",
  };
  const { run } = world(t, { endpoint });
  const text = "import json, os\nprint(json.dumps(dict(os.environ)))";
  const { lines } = await run({ text, environment: { COUNTRY: "CH" } });
  const seen = JSON.parse(lines.at(-1) ?? "");
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, COUNTRY, HOME } = seen;
  assert.deepEqual(
    [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, COUNTRY],
    ["ID", "KEY", "https://127.0.0.1:1", "/ca", "CH"],
  );
  assert.equal(seen.LAKEHOSE_TEST_SECRET, undefined);
  assert.notEqual(HOME, process.env.HOME);
});

test("a script that fails says its exit code and its last words", async (t) => {
  const { run } = world(t);
  const { failure } = await run({ text: "raise ValueError('no orders')" });
  assert.match(failure?.message ?? "", /exit code 1: ValueError: no orders/);
});

test("a run that is called off ends the script with all that it has started", async (t) => {
  const { root, run } = world(t);
  const calling = new AbortController();
  const text = [
    "import signal, subprocess, time",
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    `child = subprocess.Popen(['sleep', '1000'], cwd='${root}')`,
    `open('${root}/started', 'w').write(str(child.pid))`,
    "time.sleep(1000)",
  ].join("\n");
  const running = run({ text }, calling.signal);
  while (!readdirSync(root).includes("started")) await systemClock.sleep(20);
  await systemClock.sleep(50);
  const pid = Number(readFileSync(join(root, "started"), "utf8"));
  calling.abort(new JobError("cancelled", "called off"));
  const { failure } = await running;
  assert.equal(failure?.message, "called off");
  await systemClock.sleep(50);
  assert.notEqual(
    spawnSync("ps", ["-o", "stat=", "-p", String(pid)])
      .stdout.toString()
      .trim()[0],
    "S",
  );
});

test("a script that takes more memory than it may is killed", async (t) => {
  const { run } = world(t);
  const { failure } = await run({ text: "import time\nx = bytearray(300_000_000)\ntime.sleep(30)", memoryMb: 64 });
  assert.match(failure?.message ?? "", /may have 64 MB of memory and took \d+ MB/);
});

test("only files of the folder run, whatever a definition says, and texts where the operator allows them", async (t) => {
  const { root, scripts, run } = world(t, { inline: false });
  writeFileSync(join(root, "outside.py"), "print('outside')");
  symlinkSync(join(root, "outside.py"), join(scripts, "link.py"));
  assert.match((await run({ script: "link.py" })).failure?.message ?? "", /it is not there/);
  assert.match((await run({ script: "none.py" })).failure?.message ?? "", /it is not there/);
  assert.match((await run({ text: "print(1)" })).failure?.message ?? "", /python\.inline/);
  for (const script of ["../outside.py", "/etc/passwd", "a/../../outside.py", ".."]) {
    assert.equal(pythonJob.options.safeParse({ script }).success, false, script);
  }
  for (const name of ["LD_PRELOAD", "PYTHONPATH", "PATH", "PYTHONSTARTUP"]) {
    assert.equal(pythonJob.options.safeParse({ script: "a.py", environment: { [name]: "x" } }).success, false, name);
  }
  assert.equal(pythonJob.options.safeParse({ script: "a.py", text: "" }).success, false);
  assert.equal(pythonJob.options.safeParse({}).success, false);
});

test("packages come from where pip is told, once, and again when the list has changed", async (t) => {
  const { root, scripts, run } = world(t);
  const { PIP_NO_INDEX, PIP_FIND_LINKS } = process.env;
  t.after(() => {
    restore("PIP_NO_INDEX", PIP_NO_INDEX);
    restore("PIP_FIND_LINKS", PIP_FIND_LINKS);
  });
  process.env.PIP_NO_INDEX = "1";
  process.env.PIP_FIND_LINKS = wheelOf(root);
  writeFileSync(join(scripts, "requirements.txt"), "greeting==1.0\n");
  const options = {
    text: "import os, greeting\nprint(greeting.WORD, 'PIP_NO_INDEX' in os.environ)",
    requirements: "requirements.txt",
  };
  const first = await run(options);
  assert.equal(first.lines.at(-1), "hello False", first.failure?.message);
  const second = await run(options);
  assert.deepEqual(second.lines, ["hello False"]);
  writeFileSync(join(scripts, "requirements.txt"), "nothing-of-this-name\n");
  assert.match((await run(options)).failure?.message ?? "", /exit code 1: .*nothing-of-this-name/);
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** A package as small as one can be, in a folder where pip finds it. */
function wheelOf(root: string): string {
  const folder = join(root, "wheels");
  mkdirSync(folder);
  const program = [
    "import sys, zipfile",
    "info = 'greeting-1.0.dist-info/'",
    "with zipfile.ZipFile(sys.argv[1] + '/greeting-1.0-py3-none-any.whl', 'w') as wheel:",
    "    wheel.writestr('greeting.py', \"WORD = 'hello'\\n\")",
    "    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n')",
    "    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')",
    "    wheel.writestr(info + 'RECORD', '')",
  ].join("\n");
  const { status, stderr } = spawnSync("python3", ["-c", program, folder]);
  assert.equal(status, 0, String(stderr));
  return folder;
}

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { FunctionFolder } from "./function-code.ts";

function temporary(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-code-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
  };
  return { folder, write, read: (overrides = {}) => new FunctionFolder(folder, overrides).read() };
}

test("FunctionFolder knows a function by its files, its handler or its runtime", async (t) => {
  const { folder, write, read } = temporary(t);
  await assert.rejects(read(), { code: "not-found", message: /Expected one of index\.mjs, .*bootstrap in/ });
  write({ bootstrap: "" });
  await assert.rejects(read(), { code: "not-found", message: /chmod \+x/ });
  chmodSync(join(folder, "bootstrap"), 0o755);
  assert.equal((await read()).family, "provided");
  write({ "lambda_function.py": "" });
  assert.equal((await read()).handler, "lambda_function.lambda_handler");
  write({ "index.ts": "", "src/app.py": "" });
  assert.deepEqual(pick(await read()), ["nodejs", "index.handler"]);
  assert.deepEqual(pick(await read({ handler: "src/app.run" })), ["python", "src/app.run"]);
  assert.deepEqual(pick(await read({ handler: "com.example.Handler::handle" })), [
    "java",
    "com.example.Handler::handle",
  ]);
  assert.deepEqual(pick(await read({ runtime: "python3.12" })), ["python", "lambda_function.lambda_handler"]);
  await assert.rejects(read({ runtime: "java17" }), { code: "not-found", message: /Expected a handler/ });
});

function pick({ family, handler }: { readonly family: string; readonly handler: string }): readonly string[] {
  return [family, handler];
}

test("FunctionFolder says where a function.yaml is wrong", async (t) => {
  const { write, read } = temporary(t);
  write({ "index.mjs": "", "function.yaml": "timeout: soon\n" });
  await assert.rejects(read(), { code: "function-error", message: /function\.yaml: .*expected seconds such as 60/s });
  write({ "function.yaml": "timeout: [\n" });
  await assert.rejects(read(), { code: "function-error", message: /function\.yaml: / });
  write({ "function.yaml": "layers: [nowhere]\n" });
  await assert.rejects(read(), { code: "not-found", message: /Expected a layer in .*nowhere/ });
});

test("the digest follows contents, names, modes and layers, and nothing that running leaves behind", async (t) => {
  const { folder, write, read } = temporary(t);
  write({ "index.mjs": "1", "lib/a.js": "a" });
  const seen = new Set<string>();
  const changed = async () => {
    const { digest } = await read();
    const isNew = !seen.has(digest);
    seen.add(digest);
    return isNew;
  };
  assert.ok(await changed());
  assert.ok(!(await changed()));
  write({ "__pycache__/x.pyc": "compiled" });
  assert.ok(!(await changed()));
  write({ "lib/a.js": "b" });
  assert.ok(await changed());
  write({ "lib/b.js": "" });
  assert.ok(await changed());
  chmodSync(join(folder, "lib/b.js"), 0o755);
  assert.ok(await changed());
  symlinkSync(folder, join(folder, "lib/round"));
  assert.ok(!(await changed()), "a link to a folder above is not followed");
});

test("one FunctionFolder sees a change of the same length within the same second", async (t) => {
  const { folder, write } = temporary(t);
  const own = new FunctionFolder(folder, {});
  write({ "index.mjs": "1" });
  const { digest } = await own.read();
  write({ "index.mjs": "2" });
  assert.notEqual((await own.read()).digest, digest);
});

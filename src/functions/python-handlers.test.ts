import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { functionWorld } from "../../test/fakes/function-world.ts";

const skip = spawnSync("python3", ["--version"]).status === 0 ? false : "python3 is not installed";

test("a Python handler finds context, environment and a logger, and its output carries the id", { skip }, async (t) => {
  const { write, call, told } = functionWorld(t);
  write("f", {
    "lambda_function.py": `
import logging, os
from helper import add
logging.getLogger().setLevel(logging.INFO)

def lambda_handler(event, context):
    print("printed")
    logging.getLogger("mine").info("logged")
    left = context.get_remaining_time_in_millis()
    return {"n": add(event["n"]), "name": context.function_name, "memory": context.memory_limit_in_mb,
            "id": context.aws_request_id, "arn": context.invoked_function_arn, "left": 0 < left <= 60000,
            "region": os.environ["AWS_REGION"], "text": "é"}
`,
    "helper.py": "def add(n):\n    return n + 1\n",
  });
  const id = (found: unknown) => (found as { id: string }).id;
  const first = await call("f", { n: 1 });
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const known = { name: "f", memory: "512", arn, left: true, region: "us-east-1", text: "é" };
  assert.deepEqual(first, { n: 2, id: id(first), ...known });
  const second = await call("f", { n: 2 });
  assert.notEqual(id(second), id(first));
  const output = told("function.outputWritten").filter(({ invocationId }) => invocationId === id(first));
  assert.equal(output[0]?.line, "printed");
  assert.match(output[1]?.line ?? "", /^\[INFO\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\tlogged$/);
  assert.equal(told("function.processStarted").length, 1);
});

test("errors of a Python handler come back with type and message, and the process goes on", { skip }, async (t) => {
  const { write, failure, call, told } = functionWorld(t);
  write("f", {
    "lambda_function.py": `
import sys
def lambda_handler(event, context):
    if event == "raise": raise ValueError("raised")
    if event == "marshal": return {1, 2}
    if event == "exit": sys.exit(3)
    return "fine"
`,
  });
  assert.equal((await failure("f", "raise")).message, "ValueError: raised");
  assert.match((await failure("f", "marshal")).message, /^Runtime\.MarshalError: .*set/);
  assert.equal(await call("f", {}), "fine");
  assert.equal(told("function.processStarted").length, 1);
  assert.equal((await failure("f", "exit")).message, "Runtime.ExitError: 3");
  assert.equal(await call("f", {}), "fine");
});

test("layers hold Python modules; a module that is absent is the reason of the failure", { skip }, async (t) => {
  const { write, call, failure } = functionWorld(t);
  write("layer/python", { "adder.py": "def add(n):\n    return n + 1\n" });
  const code = "from adder import add\ndef run(event, context):\n    return add(event)\n";
  write("with", { "app.py": code, "function.yaml": "handler: app.run\nlayers: [../layer]\n" });
  write("without", { "app.py": code, "function.yaml": "handler: app.run\n" });
  assert.equal(await call("with", 1), 2);
  assert.match((await failure("without", 1)).message, /^Runtime\.ImportModuleError: No module named 'adder'/);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { functionWorld } from "../../../test/fakes/function-world.ts";
import { launchOf } from "./launch.ts";

/** AWS's own runtime client for Java against our Runtime API; `npm run servers -- run lambda-java -- …` fetches it. */
const jars = process.env.LAKEHOSE_TEST_LAMBDA_JAVA;
const skip = jars === undefined ? "LAKEHOSE_TEST_LAMBDA_JAVA names no folder of jars" : false;
const skipCompiled = skip || (spawnSync("javac", ["-version"]).status === 0 ? false : "javac is not installed");

const HANDLER = `
package example;
import com.amazonaws.services.lambda.runtime.Context;
import java.util.*;

public class Transformation {
  public Map<String, Object> handleEvent(Map<String, Object> event, Context context) {
    if (event.containsKey("fail")) throw new IllegalStateException("failed in " + context.getFunctionName());
    List<Map<String, Object>> results = new ArrayList<>();
    for (Object one : (List<?>) event.get("records")) {
      Map<?, ?> record = (Map<?, ?>) one;
      String text = new String(Base64.getDecoder().decode((String) record.get("data")));
      Map<String, Object> result = new HashMap<>();
      result.put("recordId", record.get("recordId"));
      result.put("result", "Ok");
      result.put("data", Base64.getEncoder().encodeToString(text.toUpperCase().getBytes()));
      results.add(result);
    }
    context.getLogger().log("transformed " + results.size());
    return Collections.singletonMap("records", results);
  }
}
`;

test("a Java 8 handler of the form Class::method transforms records", { skip: skipCompiled }, async (t) => {
  const { directory, write, call, failure, lines, told } = functionWorld(t);
  write("f", {
    "src/Transformation.java": HANDLER,
    "function.yaml": "runtime: java8.al2\nhandler: example.Transformation::handleEvent\nmemory: 1024\n",
  });
  const folder = join(directory, "f");
  symlinkSync(jars ?? "", join(folder, "lib"));
  const arguments_ = ["--release", "8", "-nowarn", "-cp", join(jars ?? "", "*"), "-d", folder];
  const compiled = spawnSync("javac", [...arguments_, join(folder, "src", "Transformation.java")], {
    encoding: "utf8",
  });
  assert.equal(compiled.status, 0, compiled.stderr);
  const data = Buffer.from("clicks").toString("base64");
  const expected = { recordId: "1", result: "Ok", data: Buffer.from("CLICKS").toString("base64") };
  assert.deepEqual(await call("f", { records: [{ recordId: "1", data }] }), { records: [expected] });
  assert.equal((await failure("f", { fail: true })).message, "java.lang.IllegalStateException: failed in f");
  assert.deepEqual(await call("f", { records: [] }), { records: [] });
  assert.ok(
    lines().some((line) => line.includes("transformed 1")),
    lines().join("\n"),
  );
  assert.equal(told("function.processStarted").length, 1);
});

test("a bootstrap of one's own starts AWS's client for Java, with any class that it finds", { skip }, async (t) => {
  const { directory, write, call } = functionWorld(t);
  const client = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
  write("f", {
    bootstrap: `#!/bin/sh\nexec java -cp "$LAMBDA_TASK_ROOT/lib/*" ${client} "$_HANDLER"\n`,
    "function.yaml": "runtime: provided.al2023\nhandler: java.util.concurrent.atomic.AtomicLong::addAndGet\n",
  });
  symlinkSync(jars ?? "", join(directory, "f", "lib"));
  assert.equal(await call("f", 5), 5);
  assert.equal(await call("f", 7), 12, "the same process, and so the same number");
});

test("the command line of a Java function has its folder, its libraries and its layers as the class path", (t) => {
  const { directory } = functionWorld(t);
  const folder = join(directory, "f");
  const layer = join(directory, "layer");
  mkdirSync(layer);
  const settings = { timeoutSeconds: 1, memoryMb: 1000, concurrency: 1, environment: {}, layers: [layer] };
  const code = { folder, digest: "", family: "java", handler: "a.B::c", settings } as const;
  const options = { code, functionName: "f", logStream: "s", runtimeApi: "127.0.0.1:1", token: "t", world: {} };
  if (spawnSync("java", ["-version"]).status !== 0) {
    assert.throws(() => launchOf(options), { code: "function-error", message: /program java/ });
    return;
  }
  const { args, environment, provesItself } = launchOf(options);
  const path = `${folder}:${join(folder, "lib", "*")}:${join(layer, "java", "lib", "*")}`;
  assert.deepEqual(args.slice(-5, -2), ["-Xmx850m", "-cp", path]);
  assert.equal(args.at(-1), "a.B::c");
  assert.equal(provesItself, false);
  assert.equal(environment.LAKEHOSE_RUNTIME_TOKEN, undefined);
});

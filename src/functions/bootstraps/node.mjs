// The process of a Node function: takes events from the Runtime API, calls the handler, sends what it answers.
//
// Handlers of every age are the same to it: one that returns a promise is answered when that settles, one that takes a
// callback when it calls back and (unless it says otherwise) the event loop has nothing left to do, `context.succeed`,
// `fail` and `done` at once. The first of them counts.
//
// Plain JavaScript that imports nothing of ours but its neighbours, because it shares its process with code that we know
// nothing about.
import { isAscii } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire, registerHooks } from "node:module";
import { basename, delimiter, dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { encodeReply } from "./encode-reply.mjs";
import { RuntimeConnection } from "./runtime-connection.mjs";

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, LAKEHOSE_RUNTIME_TOKEN, _HANDLER } = process.env;
delete process.env.LAKEHOSE_RUNTIME_TOKEN;

const connection = new RuntimeConnection(AWS_LAMBDA_RUNTIME_API, LAKEHOSE_RUNTIME_TOKEN);

/** What is to happen when the event loop has nothing left to do. */
let whenLoopIsEmpty;
process.on("beforeExit", () => {
  const then = whenLoopIsEmpty;
  whenLoopIsEmpty = undefined;
  then?.();
});

/** The event that the handler works on, for errors that nobody caught. */
let currentId;

/** Writes to pipes are queued when these are full: what was printed during a call is read before its answer goes out. */
async function flushOutput() {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((resolve) => stream.write("", resolve));
  }
}

async function dieOf(error) {
  const path = currentId === undefined ? "/init/error" : `/invocation/${currentId}/error`;
  await report(path, error);
  process.exit(1);
}

process.on("uncaughtException", dieOf);
process.on("unhandledRejection", dieOf);

async function report(path, error) {
  process.stderr.write(`${error?.stack ?? String(error)}\n`);
  await flushOutput();
  await connection.report(path, JSON.stringify(describe(error)));
}

function describe(error) {
  if (!(error instanceof Error) && typeof error?.message !== "string") {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = String(error.stack ?? "").split("\n");
  return { errorType: error.name ?? "Error", errorMessage: error.message, trace };
}

/** A failure to start, under the name that Lambda has for it. */
function startError(name, message) {
  return Object.assign(new Error(message), { name });
}

const EXTENSIONS = [".mjs", ".js", ".cjs", ".ts", ".mts", ".cts"];

async function loadHandler() {
  const [, moduleName, exportPath] = /^([^.]*)\.(.+)$/.exec(basename(_HANDLER)) ?? [];
  if (moduleName === undefined) {
    throw startError("Runtime.MalformedHandlerName", `Expected a handler such as index.handler; got ${_HANDLER}`);
  }
  const path = join(LAMBDA_TASK_ROOT, dirname(_HANDLER), moduleName);
  const extension = EXTENSIONS.find((one) => existsSync(path + one));
  if (extension === undefined) {
    throw startError("Runtime.ImportModuleError", `Expected ${path} with one of ${EXTENSIONS.join(" ")}; found none`);
  }
  const loaded = await loadModule(path + extension);
  const handler = exportOf(loaded, exportPath) ?? exportOf(loaded.default, exportPath);
  if (typeof handler === "function") return handler;
  throw startError("Runtime.HandlerNotFound", `Expected ${path + extension} to export a function ${exportPath}`);
}

async function loadModule(file) {
  if (/\.m[jt]s$/.test(file)) return import(pathToFileURL(file).href);
  try {
    return createRequire(file)(file);
  } catch (error) {
    if (error?.code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
    return import(pathToFileURL(file).href);
  }
}

function exportOf(loaded, path) {
  return path.split(".").reduce((value, name) => value?.[name], loaded);
}

/**
 * On Lambda nothing lies above the function's folder, so files without a package.json are CommonJS unless they say
 * `import` or `export`. Here a package.json of somebody else may lie above it and call them modules: it is not asked.
 */
function ignorePackagesAbove() {
  if (existsSync(join(LAMBDA_TASK_ROOT, "package.json"))) return;
  const modules = join(LAMBDA_TASK_ROOT, "node_modules") + sep;
  const loadScript = Module._extensions[".js"];
  Module._extensions[".js"] = (module, file) => {
    const ours = file.endsWith(".js") && file.startsWith(LAMBDA_TASK_ROOT + sep) && !file.startsWith(modules);
    if (!ours) return loadScript(module, file);
    return module._compile(readFileSync(file, "utf8"), file, undefined);
  };
}

/** `require` looks into layers by itself (NODE_PATH); `import` has to be told. */
function importFromLayers() {
  const folders = (process.env.NODE_PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  if (folders.length === 0) return;
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (error.code !== "ERR_MODULE_NOT_FOUND" || /^[./]|:/.test(specifier)) throw error;
        for (const folder of folders) {
          // A module that is looked for from beside the packages of a layer is found among them.
          const parentURL = pathToFileURL(join(dirname(folder), "layer.mjs")).href;
          try {
            return next(specifier, { ...context, parentURL });
          } catch {
            // The next layer may have it.
          }
        }
        throw error;
      }
    },
  });
}

function contextOf(headers) {
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

/** Calls the handler. Resolves to `{ result }` or `{ error }`, once. */
function run(handler, event, context) {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (outcome, waits) => {
      if (settled) return;
      settled = true;
      if (!waits) resolve(outcome);
      else whenLoopIsEmpty = () => resolve(outcome);
    };
    const failed = (error) => error !== undefined && error !== null;
    const answer = (error, result, waits) => settle(failed(error) ? { error } : { result }, waits && !failed(error));
    const callback = (error, result) => answer(error, result, context.callbackWaitsForEmptyEventLoop);
    context.done = (error, result) => answer(error, result, false);
    context.succeed = (result) => settle({ result }, false);
    context.fail = (error) => settle({ error: error ?? new Error("handled") }, false);
    whenLoopIsEmpty = () => settle({ result: null }, false);
    try {
      const returned = handler(event, context, callback);
      if (typeof returned?.then !== "function") return;
      const message = "The event loop has nothing left to do and the handler's promise is not settled";
      if (!settled) whenLoopIsEmpty = () => settle({ error: startError("Runtime.NodeJsExit", message) }, false);
      returned.then(
        (result) => settle({ result }, false),
        (error) => settle({ error: error ?? new Error(String(error)) }, false),
      );
    } catch (error) {
      settle({ error: error ?? new Error(String(error)) }, false);
    }
  });
}

function replyOf(result) {
  try {
    return { encoded: encodeReply(result) };
  } catch (error) {
    return { error: Object.assign(error, { name: "Runtime.MarshalError" }) };
  }
}

async function serve(handler) {
  let next = connection.next();
  for (;;) {
    const { headers, body } = await next;
    const id = headers["lambda-runtime-aws-request-id"];
    if (id === undefined) process.exit(1);
    process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    currentId = id;
    const outcome = await run(handler, JSON.parse(textOf(body)), contextOf(headers));
    whenLoopIsEmpty = undefined;
    const reply = "error" in outcome ? outcome : replyOf(outcome.result);
    if ("error" in reply) {
      await report(`/invocation/${id}/error`, reply.error);
      next = connection.next();
    } else {
      await flushOutput();
      next = connection.reply(id, reply.encoded);
    }
    currentId = undefined;
  }
}

/** Events are nearly always ASCII, and then the cheapest of all conversions will do. */
function textOf(body) {
  return isAscii(body) ? body.latin1Slice() : body.utf8Slice();
}

ignorePackagesAbove();
importFromLayers();
loadHandler().then(serve).catch(dieOf);

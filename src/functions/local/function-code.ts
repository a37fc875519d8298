import { createHash } from "node:crypto";
import { access, constants, readdir, readFile, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { yaml } from "../../std/yaml.ts";
import { FunctionError } from "../function-invoker.ts";
import {
  type FunctionOverrides,
  type FunctionSettings,
  functionSettings,
  functionSettingsSchema,
} from "../function-settings.ts";
import { FolderDigest } from "./folder-digest.ts";

export type RuntimeFamily = "nodejs" | "python" | "java" | "provided";

/** A function as its folder is now: all that starting a process of it takes. */
export interface FunctionCode {
  readonly folder: string;
  readonly digest: string;
  readonly family: RuntimeFamily;
  readonly handler: string;
  readonly settings: FunctionSettings;
}

/** Files that make a folder a function, in the order in which they are looked for. */
const ENTRIES: readonly { readonly file: string; readonly family: RuntimeFamily; readonly handler: string }[] = [
  { file: "index.mjs", family: "nodejs", handler: "index.handler" },
  { file: "index.js", family: "nodejs", handler: "index.handler" },
  { file: "index.cjs", family: "nodejs", handler: "index.handler" },
  { file: "index.ts", family: "nodejs", handler: "index.handler" },
  { file: "lambda_function.py", family: "python", handler: "lambda_function.lambda_handler" },
  { file: "bootstrap", family: "provided", handler: "bootstrap" },
];

const SETTINGS_FILE = "function.yaml";

/** The folder of a local function, read again whenever somebody wants to know what it is now. */
export class FunctionFolder {
  readonly #folder: string;
  readonly #overrides: FunctionOverrides;
  readonly #digests = new Map<string, FolderDigest>();

  constructor(folder: string, overrides: FunctionOverrides) {
    this.#folder = folder;
    this.#overrides = overrides;
  }

  /** Rejects with a `FunctionError`: `not-found` where nothing is that could be run. */
  async read(): Promise<FunctionCode> {
    const folder = this.#folder;
    if (!(await isFolder(folder))) {
      throw new FunctionError("not-found", `Expected the code of a function in ${folder}; there is no such folder`);
    }
    const settings = functionSettings(this.#overrides, await readSettings(folder));
    const { family, handler } = await entryOf(folder, settings);
    for (const layer of settings.layers) {
      if (!(await isFolder(layer))) throw new FunctionError("not-found", `Expected a layer in ${layer}; it is absent`);
    }
    const digest = createHash("sha256").update(JSON.stringify({ family, handler, ...settings, layers: [] }));
    for (const one of [folder, ...settings.layers]) digest.update(`\0${await this.#digestOf(one)}`);
    return { folder, digest: digest.digest("hex"), family, handler, settings };
  }

  #digestOf(folder: string): Promise<string> {
    const digest = this.#digests.get(folder) ?? new FolderDigest(folder);
    this.#digests.set(folder, digest);
    return digest.read();
  }
}

async function entryOf(folder: string, { runtime, handler }: FunctionSettings) {
  if (runtime !== undefined) {
    const family = /^[a-z]+/.exec(runtime)?.[0] as RuntimeFamily;
    const entry = ENTRIES.find((one) => one.family === family);
    if (family === "provided") await requireExecutable(folder);
    if (handler === undefined && entry === undefined) {
      throw new FunctionError("not-found", `Expected a handler in ${SETTINGS_FILE}, since the runtime is ${runtime}`);
    }
    return { family, handler: handler ?? entry?.handler ?? "" };
  }
  const names = await readdir(folder);
  if (handler?.includes("::")) return { family: "java" as const, handler };
  const own = handler === undefined ? undefined : familyOf(handler, await siblingsOf(folder, handler));
  if (own !== undefined && handler !== undefined) return { family: own, handler };
  const entry = ENTRIES.find(({ file }) => names.includes(file));
  if (entry === undefined) {
    const expected = ENTRIES.map(({ file }) => file).join(", ");
    throw new FunctionError("not-found", `Expected one of ${expected} in ${folder}, or a runtime in ${SETTINGS_FILE}`);
  }
  if (entry.family === "provided") await requireExecutable(folder);
  return { family: entry.family, handler: handler ?? entry.handler };
}

/** Names in the folder that a handler such as `src/app.handler` is in. */
async function siblingsOf(folder: string, handler: string): Promise<readonly string[]> {
  return readdir(resolve(folder, handler, "..")).catch(() => []);
}

/** By the file that a handler names: `app.handler` is Node's with `app.js` and Python's with `app.py`. */
function familyOf(handler: string, names: readonly string[]): RuntimeFamily | undefined {
  const [file = ""] = handler.slice(handler.lastIndexOf("/") + 1).split(".");
  if (names.some((name) => name.startsWith(`${file}.`) && /\.([mc]?[jt]s)$/.test(name))) return "nodejs";
  return names.includes(`${file}.py`) ? "python" : undefined;
}

async function requireExecutable(folder: string): Promise<void> {
  const path = join(folder, "bootstrap");
  try {
    await access(path, constants.X_OK);
  } catch (error) {
    throw new FunctionError("not-found", `Expected an executable file ${path}; make it one with chmod +x`, {
      cause: error,
    });
  }
}

async function readSettings(folder: string): Promise<FunctionOverrides> {
  const path = join(folder, SETTINGS_FILE);
  let content: unknown;
  try {
    content = yaml().parse(await readFile(path, "utf8")) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new FunctionError("function-error", `${path}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = functionSettingsSchema.safeParse(content);
  if (!parsed.success) throw new FunctionError("function-error", `${path}: ${z.prettifyError(parsed.error)}`);
  const { layers, ...settings } = parsed.data;
  return { ...settings, ...(layers !== undefined && { layers: layers.map((layer) => absolute(folder, layer)) }) };
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

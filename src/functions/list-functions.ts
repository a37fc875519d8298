import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FunctionError } from "./function-invoker.ts";
import { parseFunctionName } from "./function-name.ts";
import type { FunctionTarget, LocalTarget } from "./function-target.ts";
import { FunctionFolder } from "./local/function-code.ts";

export interface ListedFunction {
  readonly name: string;
  readonly target: FunctionTarget["type"];
  /** Folder, address, or the name on Lambda. */
  readonly where: string;
  readonly runtime?: string;
  readonly handler?: string;
  /** Why a call would fail. */
  readonly problem?: string;
}

/** All functions that can be called: those of the configuration, then the folders of the data folder. */
export async function listFunctions(
  directory: string,
  targets: Readonly<Record<string, FunctionTarget>>,
): Promise<readonly ListedFunction[]> {
  const configured = await Promise.all(Object.entries(targets).map(([name, target]) => listed(name, target)));
  const found = (await folderNames(directory)).filter((name) => !Object.hasOwn(targets, name));
  const own = found.map((name) => listed(name, { type: "local", folder: join(directory, name), overrides: {} }));
  return [...configured, ...(await Promise.all(own))];
}

async function listed(name: string, target: FunctionTarget): Promise<ListedFunction> {
  if (target.type === "url") return { name, target: "url", where: target.url };
  if (target.type === "lambda") return { name, target: "lambda", where: target.functionName ?? name };
  return { name, target: "local", where: target.folder, ...(await describe(target)) };
}

async function describe({ folder, overrides }: LocalTarget): Promise<Partial<ListedFunction>> {
  try {
    const { family, handler, settings } = await new FunctionFolder(folder, overrides).read();
    return { runtime: settings.runtime ?? family, handler };
  } catch (error) {
    if (error instanceof FunctionError) return { problem: error.message };
    throw error;
  }
}

/** Folders whose name a function can have. */
async function folderNames(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter(isFunctionName)
    .sort();
}

function isFunctionName(name: string): boolean {
  try {
    return parseFunctionName(name).name === name;
  } catch {
    return false;
  }
}

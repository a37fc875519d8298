#!/usr/bin/env node
// The command. In a checkout Node runs the TypeScript directly; the published package carries JavaScript in dist/.
import "./require-node.mjs";
import { existsSync } from "node:fs";
// By its default export: a name that an older Node does not have would end it before the sentence above is said.
import module from "node:module";

// A start then takes less than half: TypeScript is stripped and compiled once, not each time.
module.enableCompileCache();
await import("./english-only.mjs");

const source = new URL("../src/cli/main.ts", import.meta.url);
const built = new URL("../dist/cli/main.js", import.meta.url);
const { main } = await import((existsSync(source) ? source : built).href);
await main(process.argv.slice(2));

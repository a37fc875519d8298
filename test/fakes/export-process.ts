import { exportWorld } from "./export-world.ts";

/** An export in a process of its own, to be killed: `export-process.ts ROOT OPTIONS`. Says when a chunk is done. */
const [root = "", options = "{}"] = process.argv.slice(2);
const world = await exportWorld(root);
const lines = setInterval(() => {
  for (const line of world.lines.splice(0)) process.stdout.write(`${line}\n`);
}, 10);
await world.run(JSON.parse(options));
clearInterval(lines);

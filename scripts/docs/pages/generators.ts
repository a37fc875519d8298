import { generators } from "../../../src/generators/registry.ts";
import { code, page, table } from "../markdown.ts";

export function generatorsPage(): string {
  const intro = [
    "`lakehose generate NAME` makes up events: to a stream, a file, or standard output. The same seed and start give the same",
    "events. Without `--rate` they come as fast as they can; time inside them goes at the pace of the last column.",
  ].join("\n");
  const rows = generators.map(({ name, summary, intervalMs }) => [code(name), summary, `${intervalMs} ms`]);
  return page("Generators", intro, [table(["name", "what it makes up", "time between events"], rows)]);
}

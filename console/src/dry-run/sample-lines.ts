/** One record a line, as a producer of lines would send them; empty lines are none. */
export function recordsIn(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => `${line}\n`);
}

import pino, { type DestinationStream, type Logger } from "pino";

export type LogLevel = "trace" | "info" | "warn" | "error" | "silent";

/**
 * The log for machines: one JSON object a line on standard error, `event` first. On a terminal the same line is set for
 * eyes: time, level, event, then fields as `name=value`.
 */
export function createStructuredLog(level: LogLevel, output?: DestinationStream, pretty = false): Logger {
  const destination = output ?? pino.destination({ dest: 2, sync: true });
  const target = pretty ? prettyStream(destination) : destination;
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: levelName } },
    target,
  );
}

function levelName(label: string): { level: string } {
  return { level: label };
}

const COLOURS: Readonly<Record<string, string>> = { trace: "90", info: "32", warn: "33", error: "31" };

function prettyStream(output: DestinationStream): DestinationStream {
  return {
    write: (line: string) => {
      const { level, time, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const clock = String(time).slice(11, 23);
      const colour = COLOURS[String(level)] ?? "0";
      const rest = Object.entries(fields).map(([name, value]) => `${name}=${prettyValue(value)}`);
      output.write(
        `${clock} \u001b[${colour}m${String(level).padEnd(5)}\u001b[0m ${String(event)} ${rest.join(" ")}\n`,
      );
    },
  };
}

function prettyValue(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[\w.:/+-]+$/.test(value) ? value : JSON.stringify(value);
}

export type OutputChannel = "stdout" | "stderr";

/** What one call may print; CloudWatch takes 256 KB an event, and a log is not where data belongs. */
const OUTPUT_BYTES_MAX = 64 * 1024;
const LINE_BYTES_MAX = 8 * 1024;
const LINE_FEED = 0x0a;

/**
 * Cuts what a process prints into lines and lets so much of it through for each call. A flood is read to its end, because
 * a process whose pipe is full hangs, but costs no more than the reading.
 */
export class OutputLines {
  readonly #emit: (channel: OutputChannel, line: string) => void;
  readonly #begun: Record<OutputChannel, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  readonly #bytesMax: number;
  #room: number;
  #omittedBytes = 0;

  constructor(emit: (channel: OutputChannel, line: string) => void, bytesMax = OUTPUT_BYTES_MAX) {
    this.#emit = emit;
    this.#bytesMax = bytesMax;
    this.#room = bytesMax;
  }

  write(channel: OutputChannel, piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0 && this.#room > 0) {
      const end = rest.indexOf(LINE_FEED);
      const line = end === -1 ? rest : rest.subarray(0, end);
      const begun = this.#begun[channel];
      const fits = Math.min(line.length, LINE_BYTES_MAX - begun.length, this.#room);
      this.#begun[channel] = Buffer.concat([begun, line.subarray(0, fits)]);
      this.#room -= fits;
      this.#omittedBytes += line.length - fits;
      rest = rest.subarray(line.length + 1);
      if (end !== -1) this.#finishLine(channel);
    }
    this.#omittedBytes += rest.length;
  }

  /** The call is over: lines without an end are shown, and how much was not. */
  settle(): void {
    for (const channel of ["stdout", "stderr"] as const) {
      if (this.#begun[channel].length > 0) this.#finishLine(channel);
    }
    if (this.#omittedBytes === 0) return;
    this.#emit("stderr", `(${this.#omittedBytes} more bytes of output are not shown)`);
    this.#omittedBytes = 0;
  }

  /** Another call begins, with room of its own. */
  begin(): void {
    this.settle();
    this.#room = this.#bytesMax;
  }

  #finishLine(channel: OutputChannel): void {
    const line = this.#begun[channel].toString().trimEnd();
    this.#begun[channel] = Buffer.alloc(0);
    // A line feed takes room too, or empty lines would be free.
    this.#room = Math.max(0, this.#room - 1);
    if (line !== "") this.#emit(channel, line);
  }
}

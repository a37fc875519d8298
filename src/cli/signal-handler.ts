/** Ctrl-C under `npm start` comes twice: from the terminal, which tells everybody, and from npm, which hands it on. */
const ECHO_MS = 1000;

export interface SignalActions {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Ends what is under way in good order. */
  stop(): void;
  /** Ends the process as the signal does by itself. */
  end(signal: NodeJS.Signals): void;
}

/** The first signal stops in good order; another one ends the process at once, unless it is an echo of the first. */
export function signalHandler({ now, stop, end }: SignalActions): (signal: NodeJS.Signals) => void {
  let stoppedAt: number | undefined;
  return (signal) => {
    if (stoppedAt === undefined) {
      stoppedAt = now();
      stop();
    } else if (now() - stoppedAt > ECHO_MS) {
      end(signal);
    }
  };
}

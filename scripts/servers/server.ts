/**
 * A real peer for tests: how to get it, how to start it on loopback, which environment variables tests find it by.
 * One file per server, one line in `registry.ts`.
 */
export interface ServerDefinition {
  readonly name: string;
  /** One sentence for `npm run servers -- list`. */
  readonly summary: string;
  /** Gets what is missing into the cache. Says in one sentence which tool is absent when it cannot. */
  install(): Promise<void>;
  /** What to run, with its data below `folder`. Absent on things that are only installed. */
  launch?(folder: string): Promise<Launch>;
  /** What tests read. `address` is undefined for things that are only installed. */
  environment(address: string | undefined): Record<string, string>;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** Whether it answers; asked again and again until it does, a rejection counts as no. */
  isReady(): Promise<boolean>;
}

/** A failure that people can do something about: printed as one sentence, without a stack trace. */
export class ServerError extends Error {
  override readonly name = "ServerError";
}

import type {
  QueryEngine,
  QueryEngineOptions,
  QueryRequest,
  QueryStatistics,
  ResultSink,
} from "./engine/query-engine.ts";

/** What runs statements. */
export type StatementRunner = Pick<QueryEngine, "run" | "full" | "close">;

/** An engine that is loaded and opened with the first statement: most servers wait for one, and it is 3.5 MB of memory. */
export class EngineOnDemand implements StatementRunner {
  readonly #options: QueryEngineOptions;
  #engine: QueryEngine | undefined;
  #opening: Promise<QueryEngine> | undefined;

  constructor(options: QueryEngineOptions) {
    this.#options = options;
  }

  get full(): boolean {
    return this.#engine?.full ?? false;
  }

  async run(request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    return (await this.#open()).run(request, sink);
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#engine?.close();
  }

  #open(): Promise<QueryEngine> {
    this.#opening ??= (async () => {
      const { QueryEngine } = await import("./engine/query-engine.ts");
      this.#engine = await QueryEngine.open(this.#options);
      return this.#engine;
    })().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}

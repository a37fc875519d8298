import { DuckDBInstance } from "@duckdb/node-api";

/** DuckDB alone, in this process, with what the server gives one query. */
export class Duck {
  readonly #instance: DuckDBInstance;

  static async open(): Promise<Duck> {
    return new Duck(await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "1GB" }));
  }

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async run(sql: string): Promise<readonly (readonly unknown[])[]> {
    const connection = await this.#instance.connect();
    try {
      return await (await connection.runAndReadAll(sql)).getRowsJson();
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#instance.closeSync();
  }
}

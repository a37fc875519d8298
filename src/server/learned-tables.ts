import { isDeepStrictEqual } from "node:util";
import type { Catalog } from "../catalog/catalog.ts";
import type { TableColumn, TableDefinition } from "../catalog/table.ts";
import type { LearnedSchema } from "../delivery/delivery-options.ts";
import { reasonOf } from "../model/errors.ts";
import type { Schema } from "../model/schema/column-type.ts";
import { formatHiveType } from "../model/schema/hive-type.ts";
import { Mutex } from "../std/mutex.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** The database of tables that nobody wrote down. */
export const LEARNED_DATABASE = "learned";

/**
 * Records what streams learn about their columns: table `learned.<stream>`, with a version for each time that something
 * new was learned. Told again at each start, so what is there already is left alone. The stream itself does not depend on
 * it: its columns are in its journal.
 */
export class LearnedTables {
  readonly #catalog: Catalog;
  readonly #telemetry: Telemetry;
  readonly #changes = new Mutex();

  constructor(catalog: Catalog, telemetry: Telemetry) {
    this.#catalog = catalog;
    this.#telemetry = telemetry;
  }

  /** Never fails: what cannot be recorded is warned about. */
  record({ stream, format }: Pick<LearnedSchema, "stream" | "format">): Promise<void> {
    return this.#changes.run(async () => {
      try {
        await this.#record(stream.name, format.options.schema as unknown as Schema, format.type);
      } catch (error) {
        const message = `Its columns are not in table ${LEARNED_DATABASE}.${stream.name}: ${reasonOf(error)}`;
        this.#telemetry.emit("stream.warned", { stream: stream.name, code: "schema-not-recorded", message });
      }
    });
  }

  async #record(stream: string, schema: Schema, formatType: string): Promise<void> {
    const columns: TableColumn[] = schema.columns.map(({ name, type }) => ({ name, type: formatHiveType(type) }));
    const table: TableDefinition = {
      name: stream,
      tableType: "EXTERNAL_TABLE",
      description: `Columns that stream ${stream} has learned from its records`,
      storageDescriptor: { columns },
      parameters: { classification: formatType },
    };
    if (this.#catalog.database(LEARNED_DATABASE) === undefined) {
      const description = "What streams have learned about their columns";
      await this.#catalog.createDatabase({ name: LEARNED_DATABASE, description });
    }
    const present = this.#catalog.table(LEARNED_DATABASE, stream);
    if (present === undefined) await this.#catalog.createTable(LEARNED_DATABASE, table);
    else if (!isDeepStrictEqual(present.definition.storageDescriptor?.columns, columns)) {
      await this.#catalog.updateTable(LEARNED_DATABASE, table);
    }
  }
}

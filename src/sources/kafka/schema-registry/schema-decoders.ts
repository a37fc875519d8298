import { reasonOf } from "../../../model/errors.ts";
import { avroDecoder } from "./avro-decoder.ts";
import { protobufDecoder } from "./protobuf-decoder.ts";
import type { RegisteredSchema, RegistryClient, SchemaReference } from "./registry-client.ts";
import type { SchemaDecoder } from "./schema-decoder.ts";
import { splitPayload, undecodable } from "./wire-format.ts";

/** An id stands for the same schema for ever; a topic that is written with more of them than that is no topic. */
const SCHEMAS_MAX = 1_000;

/** Schemas that use others that use others; a circle ends here too. */
const REFERENCES_DEPTH_MAX = 10;

/**
 * Decoders by the id of their schema, read from the registry once. What is wrong with a schema, or that there is none, is
 * remembered as well, for as long as the source reads without interruption.
 */
export class SchemaDecoders {
  readonly #registry: Pick<RegistryClient, "byId" | "bySubject">;
  readonly #decoders = new Map<number, SchemaDecoder>();

  constructor(registry: Pick<RegistryClient, "byId" | "bySubject">) {
    this.#registry = registry;
  }

  /** Reads the schemas that these are written with. Throws when the registry gives no answer. */
  async prepare(payloads: Iterable<Buffer>): Promise<void> {
    const missing = new Set<number>();
    for (const bytes of payloads) {
      const id = schemaIdOf(bytes);
      if (id !== undefined && !this.#decoders.has(id)) missing.add(id);
    }
    for (const id of missing) {
      const [oldest] = this.#decoders.keys();
      if (this.#decoders.size >= SCHEMAS_MAX && oldest !== undefined) this.#decoders.delete(oldest);
      this.#decoders.set(id, await this.#load(id));
    }
  }

  /** Throws what is wrong: with what stands in front, with the schema, with the payload. */
  decode(bytes: Buffer): Buffer {
    const { schemaId, payload } = splitPayload(bytes);
    const decoder = this.#decoders.get(schemaId);
    if (decoder === undefined) throw undecodable(`expected at most ${SCHEMAS_MAX} schemas in one answer of a broker`);
    try {
      return decoder(payload);
    } catch (error) {
      throw undecodable(`by schema ${schemaId}: ${reasonOf(error)}`, error);
    }
  }

  async #load(id: number): Promise<SchemaDecoder> {
    const schema = await this.#registry.byId(id);
    if (schema === undefined) return refuses("the registry knows no such schema");
    const referenced = await this.#referenced(schema.references, REFERENCES_DEPTH_MAX);
    try {
      return await decoderOf(schema, referenced);
    } catch (error) {
      return refuses(`it makes no sense: ${reasonOf(error)}`);
    }
  }

  /** By the name that they are used by, dependencies first. */
  async #referenced(references: readonly SchemaReference[], depth: number): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    if (depth === 0) return found;
    for (const reference of references) {
      const schema = await this.#registry.bySubject(reference);
      if (schema === undefined) continue;
      for (const [name, text] of await this.#referenced(schema.references, depth - 1)) found.set(name, text);
      found.set(reference.name, schema.schema);
    }
    return found;
  }
}

function schemaIdOf(bytes: Buffer): number | undefined {
  try {
    return splitPayload(bytes).schemaId;
  } catch {
    return undefined;
  }
}

function refuses(reason: string): SchemaDecoder {
  return () => {
    throw undecodable(reason);
  };
}

async function decoderOf({ type, schema }: RegisteredSchema, referenced: ReadonlyMap<string, string>) {
  switch (type) {
    case "AVRO":
      return avroDecoder(schema, [...referenced.values()]);
    case "PROTOBUF":
      return protobufDecoder(schema, referenced);
    case "JSON":
      return jsonDecoder;
  }
}

/** The payload is JSON already. Whether it keeps to its schema was the producer's business, who registered it. */
function jsonDecoder(payload: Buffer): Buffer {
  JSON.parse(payload.toString());
  return payload;
}

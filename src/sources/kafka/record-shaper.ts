import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";
import { reasonOf } from "../../model/errors.ts";
import type { CommittedBatch } from "../../model/kafka/committed-batches.ts";
import { RECORD_BYTES_CEILING } from "../../model/limits.ts";
import { envelope } from "../envelope.ts";
import type { SourceRun } from "../source-kind.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { type PackedPiece, packBatches } from "./pack-records.ts";
import { recordAttributes } from "./record-attributes.ts";
import { fromJson } from "./schema-registry/schema-decoder.ts";
import type { SchemaDecoders } from "./schema-registry/schema-decoders.ts";

/** Turns what was fetched of a partition into records. */
export interface RecordShaper {
  /** Pieces in the order of their offsets. Records that are left out are counted. */
  pieces(batches: readonly CommittedBatch[], topic: string, partition: number): Promise<Iterable<PackedPiece>>;
}

type ShapeOptions = Pick<KafkaOptions, "record" | "tombstones" | "decode">;
type Told = Pick<SourceRun, "count" | "warn">;

/** Reasons differ by the payload; so many of them are told one by one, and the count tells of the rest. */
const WARNINGS_MAX = 20;

export function recordShaper(options: ShapeOptions, told: Told, decoders: SchemaDecoders | undefined): RecordShaper {
  const warned = new Set<string>();
  const onUndecodable = (counter: string, place: string, reason: string) => {
    told.count(counter);
    if (warned.has(reason) || warned.size === WARNINGS_MAX) return;
    warned.add(reason);
    told.warn("undecodable", `${place} could not be decoded and is kept as it is: ${reason}.`);
  };
  return {
    pieces: async (batches, topic, partition) => {
      await decoders?.prepare(payloadsOf(batches, options.decode?.keys === true));
      const shape = new PartitionShape(options, told, decoders, { topic, partition, onUndecodable });
      return packBatches(batches, (record, batch) => shape.fitting(record, batch));
    },
  };
}

function* payloadsOf(batches: readonly CommittedBatch[], withKeys: boolean): Generator<Buffer> {
  for (const { records } of batches) {
    for (const { key, value } of records) {
      if (value !== null) yield value;
      if (withKeys && key !== null) yield key;
    }
  }
}

interface ShapePlace {
  readonly topic: string;
  readonly partition: number;
  readonly onUndecodable: (counter: string, place: string, reason: string) => void;
}

/** What becomes of each record of one partition. */
class PartitionShape {
  readonly #options: ShapeOptions;
  readonly #told: Told;
  readonly #decoders: SchemaDecoders | undefined;
  readonly #place: ShapePlace;

  constructor(options: ShapeOptions, told: Told, decoders: SchemaDecoders | undefined, place: ShapePlace) {
    this.#options = options;
    this.#told = told;
    this.#decoders = decoders;
    this.#place = place;
  }

  /** What the log cannot hold is left out rather than stop all that comes behind it. */
  fitting(record: KafkaRecord, batch: RecordsBatch): Buffer | undefined {
    const shaped = this.#shaped(record, batch);
    if (shaped === undefined || shaped.length <= RECORD_BYTES_CEILING) return shaped;
    this.#told.count("recordsTooLarge");
    const what = `${this.#named("Record", record, batch)} is left out`;
    this.#told.warn(
      "record-too-large",
      `${what}: expected at most ${RECORD_BYTES_CEILING} bytes, got ${shaped.length}.`,
    );
    return undefined;
  }

  #shaped(record: KafkaRecord, batch: RecordsBatch): Buffer | undefined {
    const { value } = record;
    const { record: shape, tombstones } = this.#options;
    if (value === null) {
      if (tombstones === "envelope") return this.#enveloped(null, record, batch);
      this.#told.count("tombstonesSkipped");
      return undefined;
    }
    if (this.#decoders !== undefined) return this.#decoded(value, this.#decoders, record, batch);
    return shape === "envelope" ? this.#enveloped(value, record, batch) : value;
  }

  #decoded(value: Buffer, decoders: SchemaDecoders, record: KafkaRecord, batch: RecordsBatch): Buffer {
    const { decode, record: shape } = this.#options;
    let json: Buffer;
    try {
      json = decoders.decode(value);
    } catch (error) {
      const reason = reasonOf(error);
      this.#place.onUndecodable("recordsUndecodable", this.#named("Value", record, batch), reason);
      return decode?.undecodable === "bytes" ? value : this.#enveloped(value, record, batch, reason);
    }
    return shape === "envelope" ? this.#enveloped(json, record, batch) : json;
  }

  #enveloped(value: Buffer | null, record: KafkaRecord, batch: RecordsBatch, undecodable?: string): Buffer {
    const { topic, partition } = this.#place;
    const attributes = recordAttributes(record, batch, topic, partition);
    return envelope(value, { undecodable, ...attributes, key: this.#key(record, batch) });
  }

  #key(record: KafkaRecord, batch: RecordsBatch): unknown {
    const { key } = record;
    if (key === null || this.#decoders === undefined || this.#options.decode?.keys !== true) return key;
    try {
      return fromJson(this.#decoders.decode(key));
    } catch (error) {
      this.#place.onUndecodable("keysUndecodable", this.#named("Key", record, batch), reasonOf(error));
      return key;
    }
  }

  #named(what: string, { offsetDelta }: KafkaRecord, { firstOffset }: RecordsBatch): string {
    const { topic, partition } = this.#place;
    return `${what} at offset ${firstOffset + BigInt(offsetDelta)} of partition ${partition} of topic ${topic}`;
  }
}

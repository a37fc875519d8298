import type { FirehoseClient } from "@aws-sdk/client-firehose";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { type PackedRecords, recordAt, recordCount } from "../../model/records.ts";
import type { CheckpointFile } from "../../sources/files/checkpoint-file.ts";
import { type FilePosition, identityKey, POSITION_TTL_MS } from "../../sources/files/file-position.ts";
import type { FileProgress, FileSink } from "../../sources/files/file-sink.ts";
import type { Clock } from "../../std/clock.ts";
import { invocationForRest, putBatch } from "./put-batch.ts";

export interface FirehoseSinkOptions {
  readonly firehose: FirehoseClient;
  readonly stream: string;
  readonly checkpoints: CheckpointFile;
  readonly flow: string;
  readonly clock: Clock;
  /** Ends calls under way. */
  readonly signal: AbortSignal;
}

/** A batch of which a part was accepted. */
interface Rest {
  readonly to: number;
  readonly places: readonly number[];
  readonly invocation: string;
}

/**
 * Sends records of files over the wire. A batch is written down before it is sent and goes under the id that was written down; of
 * a batch that was accepted in part, what is left goes under an id that follows from it. So whoever sends it again after
 * a crash says word for word the same, and a Lakehose that knows these calls (15 minutes) stores nothing twice.
 */
export class FirehoseSink implements FileSink {
  readonly #options: FirehoseSinkOptions;
  /** By file. */
  readonly #rests = new Map<string, Rest>();

  constructor(options: FirehoseSinkOptions) {
    this.#options = options;
  }

  async positions(): Promise<readonly FilePosition[] | undefined> {
    const { checkpoints, flow, clock } = this.#options;
    await checkpoints.forget(flow, clock.now() - POSITION_TTL_MS);
    return checkpoints.positions(flow);
  }

  remember(positions: readonly FilePosition[]): Promise<void> {
    const { checkpoints, flow } = this.#options;
    return checkpoints.remember(flow, positions);
  }

  async append(records: PackedRecords, { from, position }: FileProgress): Promise<void> {
    const { checkpoints, flow } = this.#options;
    if (recordCount(records) > 0) {
      const invocation = await checkpoints.begin(flow, from, position);
      await this.#send(records, invocation, position);
    }
    checkpoints.finish(flow, position);
  }

  async #send(records: PackedRecords, first: string, position: FilePosition): Promise<void> {
    const { firehose, stream, signal } = this.#options;
    const key = identityKey(position);
    const known = this.#rests.get(key);
    const all = Array.from({ length: recordCount(records) }, (_, index) => index);
    const { places, invocation } = known?.to === position.offset ? known : { places: all, invocation: first };
    const wanted = places.map((place) => recordAt(records, place));
    const refusal = await putBatch(firehose, stream, wanted, { invocation, signal }).catch((error: unknown) => {
      throw new LakehoseError("not-sent", reasonOf(error), { retriable: true, cause: error });
    });
    if (refusal === undefined) {
      this.#rests.delete(key);
      return;
    }
    const left = refusal.indexes.map((index) => places[index] ?? 0);
    const rest = { to: position.offset, places: left, invocation: invocationForRest(invocation, left) };
    if (left.length < places.length) this.#rests.set(key, rest);
    const message = `${left.length} of ${places.length} records were refused: ${refusal.reason}`;
    throw new LakehoseError("refused", message, { retriable: true });
  }
}

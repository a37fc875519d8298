import { join } from "node:path";
import { LogError } from "../log/log-error.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { Journal, type JournalOptions } from "./journal/journal.ts";
import { JOURNAL_FORMAT, type OpenRecord } from "./journal/journal-records.ts";

/**
 * Opens the journal, or makes it for a delivery that starts for the first time, and holds it against the log: another
 * log's, another stream's, a missing one, or one that knows more than the log holds is refused loudly (rules H17, H24).
 */
export async function openJournal(options: DeliveryOptions): Promise<Journal> {
  const { journalBytesMax } = options.limits;
  const journalOptions = {
    ...journalOptionsOf(options),
    ...(journalBytesMax === undefined ? {} : { generationBytesMax: journalBytesMax }),
  };
  const journal = await Journal.open(journalOptions);
  if (journal === undefined) {
    if (!options.isNew)
      throw refusal(options, "its journal is missing", "Restore the data folder whole, or delete the stream");
    return Journal.create(journalOptions, [firstRecord(options)]);
  }
  const { open, readPosition } = journal.state;
  const { reader, stream, definition } = options;
  if (
    open?.streamUid !== stream.uid ||
    open.deliveryId !== definition.id ||
    open.logIncarnation !== reader.incarnation
  ) {
    throw refusal(
      options,
      "its journal belongs to another log or stream",
      "Restore log and deliveries from the same moment",
    );
  }
  if (readPosition > Math.max(reader.end, open.startPosition)) {
    const facts = `its journal has read up to ${readPosition} and the log ends at ${reader.end}`;
    throw refusal(options, facts, "Acknowledged records are missing: restore the log");
  }
  return journal;
}

/** Options that journal and staging share. */
export function journalOptionsOf(options: DeliveryOptions): JournalOptions {
  const { disk, clock, random, telemetry, keyRing, encrypted, stream, definition } = options;
  return {
    disk,
    clock,
    random,
    telemetry,
    ...(keyRing ? { keyRing } : {}),
    encrypted,
    label: `${stream.name}/${definition.id}`,
    streamUid: stream.uid,
    directory: join(options.directory, "journal"),
  };
}

function firstRecord(options: DeliveryOptions): OpenRecord {
  return {
    type: "open",
    journalFormat: JOURNAL_FORMAT,
    logIncarnation: options.reader.incarnation,
    streamUid: options.stream.uid,
    deliveryId: options.definition.id,
    ...(options.replayId ? { replayId: options.replayId } : {}),
    partition: options.reader.partition,
    startPosition: options.startAt,
    at: options.clock.now(),
  };
}

function refusal(options: DeliveryOptions, what: string, remedy: string): LogError {
  const { stream, definition } = options;
  return new LogError(
    "damaged",
    `Delivery ${definition.id} of stream ${stream.name} does not start: ${what}. ${remedy}.`,
  );
}

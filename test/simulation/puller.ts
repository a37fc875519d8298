import { LogError } from "../../src/log/log-error.ts";
import { packRecords } from "../../src/model/records.ts";
import { StreamError } from "../../src/streams/stream-error.ts";
import type { Draw } from "./draw.ts";
import type { SentRecord } from "./ledger.ts";
import { seenBy } from "./life.ts";
import type { World } from "./world.ts";

const SOURCE_ID = "queue-1";

/**
 * A source without a memory of its own: it asks the stream how far it has come, and hands over what follows. The position
 * is stored in the append that stores the records, so nothing is handed over twice, whenever the process dies.
 */
export class Puller {
  readonly #world: World;
  readonly #draw: Draw;
  /** What the source has, by incarnation of the stream that takes it. */
  readonly #queues = new Map<string, SentRecord[]>();
  /** Lives in which a batch is on its way. */
  readonly #busy = new Map<string, number>();

  constructor(world: World, draw: Draw) {
    this.#world = world;
    this.#draw = draw;
  }

  /** Hands over the next few records, unless some are under way. */
  pull(stream: string): void {
    const { service, life, ledger, clock } = this.#world;
    const document = service?.get(stream);
    if (service === undefined || document?.status !== "ACTIVE" || this.#busy.get(document.uid) === life.number) return;
    const { uid } = document;
    const intake = this.#try(() => service.intake(stream));
    if (intake === undefined) return;
    const from = Number(Buffer.from(intake.sourcePosition(SOURCE_ID) ?? "0").toString());
    const queue = this.#queues.get(uid) ?? [];
    this.#queues.set(uid, queue);
    const to = from + this.#draw.between(1, 4);
    while (queue.length < to) queue.push(ledger.make(stream, uid, "pulled", clock.now()));
    const batch = queue.slice(from, to);
    for (const record of batch) ledger.expectArrival(record, clock.now());
    const records = packRecords(batch.map(({ text }) => Buffer.from(text)));
    const source = { id: SOURCE_ID, position: Buffer.from(String(to)) };
    this.#busy.set(uid, life.number);
    seenBy(life, () => intake.accept({ records, call: "source", source })).then(
      ({ firstOffset }) => {
        this.#busy.delete(uid);
        this.#world.count("pulled");
        for (const [place, record] of batch.entries())
          ledger.acknowledge(record, firstOffset + place, clock.latestWallMs);
      },
      (error: unknown) => {
        this.#busy.delete(uid);
        if (error instanceof StreamError || (error instanceof LogError && error.code !== "outcome-unknown")) return;
        this.#world.crash("kill");
      },
    );
  }

  #try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch {
      return undefined;
    }
  }
}

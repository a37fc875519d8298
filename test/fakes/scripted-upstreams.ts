import { z } from "zod";
import { LakehoseError } from "../../src/model/errors.ts";
import { packRecords } from "../../src/model/records.ts";
import { MessageGatherer } from "../../src/sources/message-gatherer.ts";
import { anySourceKind, type SourceKind, type SourceRun } from "../../src/sources/source-kind.ts";
import { Notifier } from "../../src/std/notifier.ts";

const options = z.strictObject({ name: z.string() });

/** An upstream in memory that can be cut off. */
export class ScriptedUpstream {
  readonly #arrived = new Notifier();
  #texts: string[] = [];
  /** Of a queue: those that were not acknowledged; a place is never used again. */
  readonly unacknowledged = new Set<number>();
  reachable = true;

  put(texts: readonly string[]): void {
    for (const text of texts) {
      this.unacknowledged.add(this.#texts.length);
      this.#texts.push(text);
    }
    this.#arrived.notify();
  }

  cutOff(): void {
    this.reachable = false;
    this.#arrived.notify();
  }

  /** What stands behind a place; waits for it. */
  async next(place: number, signal: AbortSignal): Promise<readonly string[]> {
    while (this.reachable && place >= this.#texts.length) await this.#arrived.wait(signal);
    if (!this.reachable) throw new LakehoseError("unreachable", "The scripted upstream cannot be reached");
    return this.#texts.slice(place, place + 7);
  }

  textAt(place: number): string {
    return this.#texts[place] ?? "";
  }
}

function check({ name }: z.output<typeof options>, upstream: ScriptedUpstream): void {
  if (!upstream.reachable) throw new LakehoseError("unreachable", "The scripted upstream cannot be reached");
  if (name !== "here") throw new LakehoseError("missing", `Expected the upstream "here", got ${name}`);
}

/** Reads like Kafka or a file: by position. */
export function positionalKind(upstream: ScriptedUpstream): SourceKind {
  const read = async (given: z.output<typeof options>, { inlet, signal, connected }: SourceRun) => {
    check(given, upstream);
    connected();
    let place = Number(Buffer.from(inlet.position(given.name) ?? "0").toString());
    while (!signal.aborted) {
      const texts = await upstream.next(place, signal);
      place += texts.length;
      const position = Buffer.from(String(place));
      await inlet.append(packRecords(texts.map((text) => Buffer.from(text))), { part: given.name, position });
    }
  };
  return scripted("positional", read);
}

/** Reads like RabbitMQ: messages with ids are pushed, and come again when they are not acknowledged. */
export function queueKind(upstream: ScriptedUpstream): SourceKind {
  const read = async (given: z.output<typeof options>, { inlet, signal, connected }: SourceRun) => {
    check(given, upstream);
    connected();
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => undefined);
    const gatherer = new MessageGatherer<number>({
      inlet,
      acknowledge: (places) => {
        for (const place of places) upstream.unacknowledged.delete(place);
      },
      onFailed: failed.reject,
    });
    const push = (place: number) => {
      gatherer.add({ bytes: Buffer.from(upstream.textAt(place)), id: `message ${place}` }, place);
    };
    let place = 0;
    for (const again of upstream.unacknowledged) {
      push(again);
      place = again + 1;
    }
    for (;;) {
      const texts = await Promise.race([upstream.next(place, signal), failed.promise]);
      for (const _ of texts) push(place++);
    }
  };
  return scripted("queue", read);
}

function scripted(name: string, read: (given: z.output<typeof options>, run: SourceRun) => Promise<void>): SourceKind {
  return anySourceKind({
    name,
    description: "A scripted upstream.",
    guarantee: "Exactly once.",
    options,
    upstream: ({ name: queue }) => `the scripted upstream ${queue}`,
    create: () => read,
  });
}

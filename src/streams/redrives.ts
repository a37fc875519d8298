import { join } from "node:path";
import { LakehoseError, reasonOf } from "../model/errors.ts";
import type {
  ErrorSample,
  ErrorSampleRequest,
  RedriveRequest,
  Redriver,
  RedriveStatus,
  SourceIntake,
} from "../sources/source.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StoredStream } from "./registry.ts";
import { StreamError, type StreamErrorCode } from "./stream-error.ts";
import { redrivesDirectory } from "./stream-folders.ts";

/** What redrivers refuse, as streams say it. */
const REFUSALS: Readonly<Record<string, StreamErrorCode>> = {
  "redrive-under-way": "wrong-state",
  "redrive-interrupted": "wrong-state",
  "no-such-redrive": "invalid",
};

/** The redrives of one open stream, one redriver for each delivery. */
export class Redrives {
  readonly #dependencies: StreamDependencies;
  readonly #stored: () => StoredStream;
  readonly #intake: SourceIntake;
  readonly #redrivers = new Map<string, Promise<Redriver>>();
  #opened = new Map<string, Redriver>();

  constructor(dependencies: StreamDependencies, stored: () => StoredStream, intake: SourceIntake) {
    this.#dependencies = dependencies;
    this.#stored = stored;
    this.#intake = intake;
  }

  /** Goes on with what was under way. A journal that cannot be read stops redrives of its delivery, not the stream. */
  async open(): Promise<void> {
    await Promise.all(
      this.#stored().document.deliveries.map(({ id }) =>
        this.#redriver(id).catch((error: unknown) => {
          const fields = {
            stream: this.#stored().document.name,
            code: "redrive-unavailable",
            message: reasonOf(error),
          };
          this.#dependencies.telemetry.emit("stream.warned", fields);
        }),
      ),
    );
  }

  start(deliveryId: string, request: RedriveRequest): Promise<RedriveStatus> {
    return this.#ask(deliveryId, (redriver) => redriver.start(request));
  }

  cancel(deliveryId: string, id: number): Promise<RedriveStatus> {
    return this.#ask(deliveryId, (redriver) => redriver.cancel(id));
  }

  errors(deliveryId: string, request: ErrorSampleRequest): Promise<ErrorSample> {
    return this.#ask(deliveryId, (redriver) => redriver.sample(request));
  }

  list(): readonly RedriveStatus[] {
    return [...this.#opened.values()].flatMap((redriver) => redriver.jobs());
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#redrivers.values());
    await Promise.all([...this.#opened.values()].map((redriver) => redriver.stop()));
  }

  async #ask<Answer>(deliveryId: string, question: (redriver: Redriver) => Promise<Answer>): Promise<Answer> {
    try {
      return await question(await this.#redriver(deliveryId));
    } catch (error) {
      if (!(error instanceof LakehoseError) || error instanceof StreamError) throw error;
      throw new StreamError(REFUSALS[error.code] ?? "unavailable", error.message);
    }
  }

  #redriver(deliveryId: string): Promise<Redriver> {
    const known = this.#redrivers.get(deliveryId);
    if (known !== undefined) return known;
    const opening = this.#open(deliveryId);
    this.#redrivers.set(deliveryId, opening);
    opening.catch(() => this.#redrivers.delete(deliveryId));
    return opening;
  }

  async #open(deliveryId: string): Promise<Redriver> {
    const { name: streamName, uid: streamUid } = this.#stored().document;
    const redriver = this.#dependencies.createRedriver({
      streamName,
      streamUid,
      deliveryId,
      journalPath: join(redrivesDirectory(this.#dependencies, this.#stored().document), `${deliveryId}.jsonl`),
      definition: () => this.#stored().document.deliveries.find(({ id }) => id === deliveryId),
      formerOutputs: () => this.#stored().formerOutputs.filter(({ delivery }) => delivery === deliveryId),
      intake: this.#intake,
    });
    await redriver.open();
    this.#opened.set(deliveryId, redriver);
    return redriver;
  }
}

import { decompress } from "../../formats/compression/decompress.ts";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { feedObject, IntakeEnded } from "../objects/feed-object.ts";
import { decodePosition } from "../objects/object-position.ts";
import type {
  CreateRedriverRequest,
  ErrorSample,
  ErrorSampleRequest,
  RedriveRequest,
  Redriver,
  RedriveStatus,
} from "../source.ts";
import { errorTypesOf } from "./error-output.ts";
import { errorPieces } from "./error-pieces.ts";
import { type FoundObject, type FoundObjects, findErrorObjects } from "./find-error-objects.ts";
import { type EndLine, type JobLine, objectName, RedriveJournal } from "./redrive-journal.ts";
import { RedriveProgress } from "./redrive-progress.ts";
import { sampleErrors } from "./sample-errors.ts";

/**
 * Puts the error records of one delivery back through it, and through it alone, each exactly once.
 *
 * Constraints: records keep their first identity; a crash at any step and a second run bring nothing twice; what is no
 * error record of this delivery is never taken for one; the stream's limits hold.
 *
 * One object after another. Each append carries the place (object, line) that it reaches, in the same frame. When an
 * object is left, whole or not, a line in the journal says how far, and only then does the next one begin: so the log's
 * newest position is always about an object that the journal does not know yet, or about its last line. After a crash the
 * job goes on with what both say together.
 */
export class ErrorRedriver implements Redriver {
  readonly #options: ErrorRedriverOptions;
  readonly #stopping = new AbortController();
  readonly #sourceId: string;
  #journal: RedriveJournal | undefined;
  #progress: RedriveProgress[] = [];
  #running: RunningJob | undefined;
  #starting = false;

  constructor(options: ErrorRedriverOptions) {
    this.#options = options;
    this.#sourceId = `redrive/${options.deliveryId}`;
  }

  async open(): Promise<void> {
    const journal = await RedriveJournal.open(this.#options.disk, this.#options.journalPath);
    this.#journal = journal;
    for (const line of journal.jobs.slice(-JOBS_SHOWN_MAX)) {
      const { deliveryId } = this.#options;
      this.#progress.push(new RedriveProgress(deliveryId, line, journal.ends.get(line.job)));
    }
    for (const object of journal.objects.values()) {
      this.#progress.find(({ job }) => job === object.job)?.left(object);
    }
    if (journal.openJob !== undefined) this.#run(journal, journal.openJob);
  }

  async start(request: RedriveRequest): Promise<RedriveStatus> {
    const journal = this.#opened();
    if (this.#starting || journal.openJob !== undefined) {
      const message = `A redrive of ${this.#options.deliveryId} is under way. Wait for its end`;
      throw new LakehoseError("redrive-under-way", message);
    }
    this.#starting = true;
    try {
      const job = (journal.jobs.at(-1)?.job ?? 0) + 1;
      const line: JobLine = { type: "job", job, at: this.#options.clock.now(), request };
      await journal.append(line);
      const progress = new RedriveProgress(this.#options.deliveryId, line, undefined);
      this.#progress = [...this.#progress, progress].slice(-JOBS_SHOWN_MAX);
      this.#run(journal, line);
      return progress.status();
    } finally {
      this.#starting = false;
    }
  }

  async cancel(id: number): Promise<RedriveStatus> {
    this.#opened();
    const running = this.#running?.id === id ? this.#running : undefined;
    running?.cancelling.abort(new Error("The redrive was cancelled"));
    await running?.ended;
    const status = this.jobs().find((job) => job.id === id);
    if (status === undefined) {
      const message = `There is no redrive ${id} of ${this.#options.deliveryId}`;
      throw new LakehoseError("no-such-redrive", message);
    }
    if (status.state !== "interrupted") return status;
    const message = `Redrive ${id} is interrupted: ${status.failure}. It goes on at the next start and can be cancelled then`;
    throw new LakehoseError("redrive-interrupted", message);
  }

  async sample(request: ErrorSampleRequest): Promise<ErrorSample> {
    const { deliveryId, storeFor, definition } = this.#options;
    const errorTypes = errorTypesOf(definition() ?? {});
    return sampleErrors(await this.#findWhatIsThere(), { deliveryId, storeFor, errorTypes, request });
  }

  /** A bucket that nobody has written to may not be there yet, and no error either. */
  async #findWhatIsThere(): Promise<FoundObjects> {
    try {
      return await this.#find({ again: true });
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === "no-such-bucket") return { objects: [], problems: [] };
      throw error;
    }
  }

  jobs(): readonly RedriveStatus[] {
    return this.#progress.map((progress) => progress.status());
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("The redrive is being stopped"));
    await this.#running?.ended;
  }

  #run(journal: RedriveJournal, line: JobLine): void {
    const progress = this.#progress.find(({ job }) => job === line.job);
    if (progress === undefined) return;
    const cancelling = new AbortController();
    const signal = AbortSignal.any([cancelling.signal, this.#stopping.signal]);
    const run = { journal, line, progress, cancelled: cancelling.signal, signal };
    const ended = this.#redrive(run).catch((error: unknown) => {
      // Neither the journal nor the log takes anything: the job stays open and goes on at the next start.
      progress.interrupt(reasonOf(error));
    });
    this.#running = { id: line.job, ended, cancelling };
  }

  async #redrive(run: Run): Promise<void> {
    const { journal, line, progress, signal } = run;
    const { job, request } = line;
    let failure: string | undefined;
    try {
      const { objects, problems } = await this.#retrying(signal, () => this.#find(request));
      progress.found(objects, problems);
      for (const object of objects) {
        signal.throwIfAborted();
        const known = journal.objects.get(objectName(object));
        const same = known?.etag === object.etag ? known : undefined;
        if (same?.job === job) continue;
        if (same !== undefined && same.failure === undefined && !request.again) {
          progress.skipped(object);
          continue;
        }
        const after = same?.failure === undefined ? 0 : same.lines;
        await this.#redriveObject(run, { job, object, after, request });
      }
    } catch (error) {
      if (this.#isInterrupted(error)) throw error;
      failure = reasonOf(error);
    }
    const end: EndLine = {
      type: "end",
      job,
      at: this.#options.clock.now(),
      ...(failure === undefined ? {} : { failure }),
      ...(failure !== undefined && run.cancelled.aborted ? { cancelled: true } : {}),
    };
    await journal.append(end);
    progress.ended(end);
  }

  /** True where nothing can be written down about the job: it goes on at the next start. */
  #isInterrupted(error: unknown): boolean {
    return error instanceof IntakeEnded || this.#stopping.signal.aborted;
  }

  async #redriveObject(run: Run, work: ObjectWork): Promise<void> {
    const { journal, progress } = run;
    const { object, job, after } = work;
    const { bucket, key, etag, bytes } = object;
    let lines = after;
    let failure: string | undefined;
    try {
      lines = await this.#retrying(run.signal, () => this.#feed(run, work));
    } catch (error) {
      if (this.#isInterrupted(error)) throw error;
      if (run.signal.aborted) progress.leaveInHand();
      failure = reasonOf(error);
      lines = this.#lineInLog(work);
    }
    const left = failure === undefined ? {} : { failure };
    const records = progress.recordsOfObject;
    const line = { type: "object", job, bucket, key, etag, bytes, lines, records, ...left } as const;
    await journal.append(line);
    progress.left(line);
  }

  /** Counts afresh on every attempt: an attempt reads the object from its beginning and appends what is missing. */
  async #feed({ progress, signal }: Run, work: ObjectWork): Promise<number> {
    const { streamUid, deliveryId, intake, clock, random } = this.#options;
    const { object, job, request } = work;
    const { bucket } = object;
    const after = this.#lineInLog(work);
    progress.begin(object.key);
    const chunks = decompress(await this.#store(bucket).get(bucket, object.key), { outputBytesMax: OBJECT_BYTES_MAX });
    const pieces = errorPieces(chunks, {
      streamUid,
      deliveryId,
      modifiedAt: object.modifiedAt,
      stage: request.stage,
      countFrom: work.after,
      onPiece: (what) => progress.count(what),
      onRefused: (reason) => progress.refuse(object.key, reason),
    });
    return feedObject({
      intake,
      clock,
      random,
      signal,
      onAppended: () => progress.appended(),
      call: "source:redrive",
      sourceId: this.#sourceId,
      streamUid,
      onlyDelivery: deliveryId,
      object: { run: job, bucket, key: object.key, etag: object.etag },
      pieces,
      after,
    });
  }

  /** Lines of the object that are in the log: what the journal knew when the job came to it, or what this job added. */
  #lineInLog({ object, job, after }: ObjectWork): number {
    const position = decodePosition(this.#options.intake.position(this.#sourceId));
    const about =
      position?.run === job &&
      position.bucket === object.bucket &&
      position.key === object.key &&
      position.etag === object.etag;
    return about ? Math.max(after, position.line) : after;
  }

  #find(request: RedriveRequest): Promise<FoundObjects> {
    const { streamName, storeFor } = this.#options;
    const definition = this.#options.definition();
    return findErrorObjects({
      request,
      streamName,
      definition,
      formerOutputs: this.#options.formerOutputs(),
      storeFor,
    });
  }

  #store(bucket: string): ObjectStore {
    return this.#options.storeFor(bucket);
  }

  async #retrying<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ObjectStoreError && error.retriable)) throw error;
        await clock.sleep(backoffMs(attempt, random), signal);
      }
    }
  }

  #opened(): RedriveJournal {
    if (this.#journal !== undefined) return this.#journal;
    throw new LakehoseError("redrive-unavailable", "Its journal of redrives could not be read; see the server's log");
  }
}

export interface ErrorRedriverOptions extends CreateRedriverRequest {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly storeFor: (bucket: string) => ObjectStore;
}

interface RunningJob {
  readonly id: number;
  readonly ended: Promise<void>;
  readonly cancelling: AbortController;
}

/** One job at work. */
interface Run {
  readonly journal: RedriveJournal;
  readonly line: JobLine;
  readonly progress: RedriveProgress;
  readonly cancelled: AbortSignal;
  /** Aborted when the job is cancelled or the redriver stops. */
  readonly signal: AbortSignal;
}

interface ObjectWork {
  readonly job: number;
  readonly object: FoundObject;
  /** Lines that an earlier job left in the log. */
  readonly after: number;
  readonly request: RedriveRequest;
}

/** Jobs that are shown; the journal remembers the objects of all. */
const JOBS_SHOWN_MAX = 20;

/** More than any object that a delivery writes (5 GB), with room for what compresses well. */
const OBJECT_BYTES_MAX = 64 * 1000 ** 3;

import type { RedrivenRecords, RedriveStatus, SourceProblem } from "../source.ts";
import type { EndLine, JobLine, ObjectLine } from "./redrive-journal.ts";

/** Problems shown of one job: enough to see what is wrong. The counters count all. */
const PROBLEMS_MAX = 20;

const NONE: RedrivenRecords = { redriven: 0, refused: 0, otherDelivery: 0, inDoubt: 0 };

/** How far a job has come: what its journal lines say, and the object in hand. */
export class RedriveProgress {
  readonly job: number;
  readonly #delivery: string;
  readonly #line: JobLine;
  #end: EndLine | undefined;
  #interrupted: string | undefined;
  #objects = { found: 0, done: 0, skipped: 0, failed: 0 };
  #bytes = { found: 0, done: 0 };
  #finished: RedrivenRecords = NONE;
  #inHand: RedrivenRecords = NONE;
  /** Of the object in hand, what is in the log. */
  #appended: RedrivenRecords = NONE;
  #problems: SourceProblem[] = [];
  #problemsBefore: SourceProblem[] = [];

  constructor(delivery: string, line: JobLine, end: EndLine | undefined) {
    this.job = line.job;
    this.#delivery = delivery;
    this.#line = line;
    this.#end = end;
  }

  /** What was counted of the object in hand. */
  get recordsOfObject(): RedrivenRecords {
    return this.#inHand;
  }

  found(objects: readonly { readonly bytes: number }[], problems: readonly SourceProblem[]): void {
    for (const problem of problems) this.#note(problem);
    this.#problemsBefore = [...this.#problems];
    const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
    this.#objects.found = objects.length;
    this.#bytes.found = bytes;
  }

  skipped(object: { readonly bytes: number }): void {
    this.#objects.skipped++;
    this.#bytes.done += object.bytes;
  }

  /** An attempt at an object begins, with its counters at nothing. */
  begin(key: string): void {
    this.#inHand = NONE;
    this.#appended = NONE;
    this.#problemsBefore = this.#problemsBefore.filter((problem) => problem.key !== key);
    this.#problems = [...this.#problemsBefore];
  }

  appended(): void {
    this.#appended = this.#inHand;
  }

  /** The object in hand is left in the middle: what was read and not appended does not count. */
  leaveInHand(): void {
    this.#inHand = this.#appended;
  }

  count(what: "redriven" | "in-doubt" | "other-delivery"): void {
    const { redriven, otherDelivery, inDoubt } = this.#inHand;
    if (what === "other-delivery") this.#inHand = { ...this.#inHand, otherDelivery: otherDelivery + 1 };
    else if (what === "redriven") this.#inHand = { ...this.#inHand, redriven: redriven + 1 };
    else this.#inHand = { ...this.#inHand, redriven: redriven + 1, inDoubt: inDoubt + 1 };
  }

  refuse(key: string, reason: string): void {
    this.#inHand = { ...this.#inHand, refused: this.#inHand.refused + 1 };
    this.#note({ key, reason });
  }

  /** A journal line says that the job has left an object. */
  left(line: ObjectLine): void {
    if (line.failure === undefined) this.#objects.done++;
    else {
      this.#objects.failed++;
      this.#note({ key: line.key, reason: line.failure });
    }
    this.#objects.found = Math.max(this.#objects.found, this.#objects.done + this.#objects.failed);
    this.#bytes.done += line.bytes;
    this.#bytes.found = Math.max(this.#bytes.found, this.#bytes.done);
    this.#finished = sum(this.#finished, line.records);
    this.#inHand = NONE;
    this.#problemsBefore = [...this.#problems];
  }

  ended(end: EndLine): void {
    this.#end = end;
  }

  interrupt(reason: string): void {
    this.#interrupted = reason;
  }

  status(): RedriveStatus {
    const failure = this.#end?.failure ?? this.#interrupted;
    return {
      id: this.job,
      delivery: this.#delivery,
      state: this.#state(),
      request: this.#line.request,
      startedAt: this.#line.at,
      ...(this.#end === undefined ? {} : { endedAt: this.#end.at }),
      ...(failure === undefined ? {} : { failure }),
      objects: { ...this.#objects },
      bytes: { ...this.#bytes },
      records: sum(this.#finished, this.#inHand),
      problems: [...this.#problems],
    };
  }

  #state(): RedriveStatus["state"] {
    if (this.#end?.cancelled === true) return "cancelled";
    if (this.#end !== undefined) return this.#end.failure === undefined ? "done" : "failed";
    return this.#interrupted === undefined ? "running" : "interrupted";
  }

  #note(problem: SourceProblem): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem);
  }
}

function sum(a: RedrivenRecords, b: RedrivenRecords): RedrivenRecords {
  return {
    redriven: a.redriven + b.redriven,
    refused: a.refused + b.refused,
    otherDelivery: a.otherDelivery + b.otherDelivery,
    inDoubt: a.inDoubt + b.inDoubt,
  };
}

import { type PackedRecords, recordAt, recordCount } from "../../src/model/records.ts";
import { StreamError } from "../../src/streams/stream-error.ts";
import type { Intake, IntakeAnswer, IntakeCall, StreamDocument, Streams } from "../../src/streams/streams.ts";

/** Streams of which only the door matters: names, intake that remembers what came, and refusals on demand. */
export class FakeStreams implements Pick<Streams, "get" | "intake"> {
  readonly documents = new Map<string, StreamDocument>();
  readonly calls: IntakeCall[] = [];
  /** Called before each append: throw, wait, or say how many records from the front are accepted. */
  admit: (records: PackedRecords) => number | Promise<number> = recordCount;
  #end = 0;
  readonly #messages = new Set<string>();

  add(name: string, parts: Partial<StreamDocument> = {}): void {
    const document = {
      name,
      uid: name,
      arn: `arn:aws:firehose:us-east-1:000000000000:deliverystream/${name}`,
      type: "DirectPut",
      status: "ACTIVE",
      encryption: { status: "DISABLED", toggledAt: [] },
      ...parts,
    } as unknown as StreamDocument;
    this.documents.set(name, document);
  }

  get(name: string): StreamDocument | undefined {
    return this.documents.get(name);
  }

  intake(name: string): Intake {
    const stream = this.documents.get(name);
    if (stream === undefined) throw new StreamError("not-found", `There is no stream ${name}`);
    if (stream.status !== "ACTIVE") throw new StreamError("not-active", `Stream ${name} is ${stream.status}`);
    return {
      stream,
      accept: (call) => this.#accept(call),
      sourcePosition: () => undefined,
      holdsMessage: (digest) => this.#messages.has(digest.toString("hex")),
    };
  }

  /** Text of every record that was handed in, in order. */
  get texts(): string[] {
    return this.calls.flatMap(({ records }) =>
      Array.from({ length: recordCount(records) }, (_, index) => recordAt(records, index).toString()),
    );
  }

  async #accept(call: IntakeCall): Promise<IntakeAnswer> {
    const records = recordCount(call.records);
    const accepted = await this.admit(call.records);
    // As the intake has it: messages are accepted whole or not at all.
    if (call.messages !== undefined && accepted < records) throw new StreamError("slow-down", "Slow down.");
    this.calls.push(call);
    for (const digest of call.messages ?? []) this.#messages.add(digest.toString("hex"));
    const firstOffset = this.#end;
    this.#end += accepted;
    const refused = Array.from({ length: records - accepted }, (_, place) => ({
      index: accepted + place,
      code: "slow-down" as const,
      message: "Slow down.",
    }));
    return { records, partition: 0, firstOffset, refused, encrypted: false, repeated: false };
  }
}

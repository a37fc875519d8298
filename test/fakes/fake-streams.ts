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
    return { stream, accept: (call) => this.#accept(call), sourcePosition: () => undefined, holdsMessage: () => false };
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
    this.calls.push(call);
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

import type { PackedRecords } from "../../model/records.ts";
import type { Intake, Streams } from "../../streams/streams.ts";
import { requirePermission } from "../protocol/authenticator.ts";
import { arnOf, type Caller } from "../protocol/caller.ts";
import { WireError } from "../protocol/wire-error.ts";

/** The door to a stream's log for a caller who may put there. */
export function openIntake(streams: Pick<Streams, "intake" | "get">, caller: Caller, name: string): Intake {
  const arn = streams.get(name)?.arn ?? arnOf(caller, "firehose", `deliverystream/${name}`);
  requirePermission(caller, "firehose:PutRecordBatch", arn);
  return openDirectIntake(streams, name);
}

/** The same where nobody has to be asked: what is in the configuration may put where the configuration says. */
export function openDirectIntake(streams: Pick<Streams, "intake" | "get">, name: string): Intake {
  const type = streams.get(name)?.type ?? "DirectPut";
  if (type !== "DirectPut") {
    const message = `This operation is not permitted on ${type} delivery stream type.`;
    throw new WireError("InvalidArgumentException", message);
  }
  return streams.intake(name);
}

export function requireRecordsFit(records: PackedRecords, bytesMax: number): void {
  let from = 0;
  for (const [index, end] of records.ends.entries()) {
    if (end - from > bytesMax) {
      const message = `A record may have at most ${bytesMax} bytes, record ${index} has ${end - from}`;
      throw new WireError("RequestEntityTooLargeException", message);
    }
    from = end;
  }
}

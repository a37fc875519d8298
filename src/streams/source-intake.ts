import { recordCount } from "../model/records.ts";
import type { SourceIntake } from "../sources/source.ts";
import { invariant } from "../std/assert.ts";
import type { Intake } from "./streams.ts";

/** The door to the log as sources see it. A call with a position is accepted whole or refused, never in part. */
export function sourceIntake(intake: Intake): SourceIntake {
  return {
    streamUid: intake.stream.uid,
    position: (sourceId) => intake.sourcePosition(sourceId),
    holdsMessage: (digest) => intake.holdsMessage(digest),
    append: async (call) => {
      const answer = await intake.accept(call);
      invariant(answer.refused.length === 0, `all ${recordCount(call.records)} records of a source call are accepted`);
    },
  };
}

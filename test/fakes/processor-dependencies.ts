import type { ProcessorDependencies } from "../../src/processors/processor.ts";
import { seededRandom } from "../../src/std/random.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { noFunctions } from "./no-functions.ts";
import { PretendClock } from "./pretend-clock.ts";

/** A world for processors that ask nothing of it. */
export function processorDependencies(more: Partial<ProcessorDependencies> = {}): ProcessorDependencies {
  return {
    stream: {
      name: "clicks",
      uid: "0123456789abcdef0123456789abcdef",
      arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks",
      region: "us-east-1",
    },
    functions: noFunctions,
    clock: new PretendClock(),
    random: seededRandom(1),
    telemetry: silentTelemetry,
    ...more,
  };
}

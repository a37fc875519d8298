import type { DestinationDependencies } from "../../src/destinations/destination-type.ts";
import { systemClock } from "../../src/std/clock.ts";
import { systemRandom } from "../../src/std/random.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { TEST_OWNER } from "../conformance/record-destination.ts";

/** Of a destination in a test; a test names only those that it is about. */
export function destinationDependencies(overrides: Partial<DestinationDependencies> = {}): DestinationDependencies {
  return {
    owner: TEST_OWNER,
    storeFor: () => {
      throw new Error("needs no store");
    },
    secretOf: (name) => {
      throw new Error(`needs no secret, asked for ${name}`);
    },
    endpointOf: () => undefined,
    telemetry: silentTelemetry,
    clock: systemClock,
    random: systemRandom,
    ...overrides,
  };
}

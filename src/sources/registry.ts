import { kafka } from "./kafka/kafka.ts";
import { anySourceKind, type SourceKind } from "./source-kind.ts";

/** Every kind of upstream that is read from, in the order of the alphabet. */
export const sourceKinds: readonly SourceKind[] = [anySourceKind(kafka)];

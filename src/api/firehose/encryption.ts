import type { StreamDocument, StreamEncryption } from "../../streams/streams.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import { type ControlContext, invalidArgument } from "./control-context.ts";
import type { encryptionInput } from "./shapes/common.ts";

/** Encryption of the stream's data at rest (reference 1.10): what create, start and stop have in common. */

/** Start and stop calls per stream in any 24 hours (Firehose API). */
const TOGGLES_MAX = 25;
const DAY_MS = 86_400_000;

/** Streams that one customer key may encrypt (Firehose quotas). */
const STREAMS_PER_KEY_MAX = 500;

export type EncryptionInput = ShapeValue<typeof encryptionInput>;

/** The state that an accepted request leads to. It is effective at once: the next frame of the log is encrypted. */
export function enabledEncryption(
  context: ControlContext,
  type: StreamDocument["type"],
  input: EncryptionInput,
): StreamEncryption {
  const { KeyARN: keyArn, KeyType: keyType } = input;
  if (type !== "DirectPut") {
    throw invalidArgument(`Encryption of the delivery stream is for DirectPut streams only; this one is ${type}.`);
  }
  if (keyType === "AWS_OWNED_CMK" && keyArn !== undefined) {
    throw invalidArgument("KeyARN cannot be specified when KeyType is AWS_OWNED_CMK");
  }
  if (keyType === "CUSTOMER_MANAGED_CMK" && keyArn === undefined) {
    throw invalidArgument("KeyARN must be specified when KeyType is CUSTOMER_MANAGED_CMK");
  }
  if (!context.canEncrypt()) {
    const message = "Lakehose has no key for encryption at rest. Configure one, then send the request again.";
    throw new WireError("InvalidKMSResourceException", message, { members: { code: "KMS.NotFoundException" } });
  }
  if (keyArn !== undefined) refuseCrowdedKey(context, keyArn);
  return { status: "ENABLED", keyType, ...(keyArn === undefined ? {} : { keyArn }), toggledAt: [] };
}

/** The toggles of the last 24 hours with this one. Throws LimitExceededException at the 26th. */
export function countToggle(current: StreamEncryption, now: number): readonly number[] {
  const recent = current.toggledAt.filter((at) => at > now - DAY_MS);
  if (recent.length < TOGGLES_MAX) return [...recent, now];
  const message = `StartDeliveryStreamEncryption and StopDeliveryStreamEncryption can be called ${TOGGLES_MAX} times per delivery stream in 24 hours.`;
  throw new WireError("LimitExceededException", message);
}

function refuseCrowdedKey(context: ControlContext, keyArn: string): void {
  const users = context.streams.list().filter(({ encryption }) => encryption.keyArn === keyArn);
  if (users.length < STREAMS_PER_KEY_MAX) return;
  const message = `Key ${keyArn} encrypts ${STREAMS_PER_KEY_MAX} delivery streams already, the most allowed.`;
  throw new WireError("LimitExceededException", message);
}

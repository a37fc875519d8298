import type { ComponentSpec } from "../../../model/delivery-definition.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { StreamSettings } from "../../../streams/settings.ts";

/**
 * How a destination of the wire that is no S3 bucket becomes a target of the delivery engine. Buffering, retries, backup and
 * error output are the same for all of them (`target-deliveries.ts`); here is what is left.
 */
export interface TargetKind {
  /** Value of S3BackupMode under which all source records go to the bucket too. */
  readonly backupAll: string;
  /** Size and interval come with the S3 part instead of hints of its own. */
  readonly buffersInS3Part?: true;
  /** Error output of records that are not taken, where it is not that of the type of target. */
  readonly errorType?: string;
  /** `destination` has passed the shape of its kind. Throws `StreamError` `invalid` for what cannot be delivered. */
  target(destination: JsonObject, context: TargetContext): ComponentSpec;
}

export interface TargetContext {
  readonly stream: string;
  readonly settings: StreamSettings;
  /** What the error output and the intermediate bucket of a target are. */
  readonly bucket: ComponentSpec;
}

/** Types a kind by the configuration that its shape lets pass. */
export function targetKind<C>(
  kind: Omit<TargetKind, "target"> & { readonly target: (destination: C, context: TargetContext) => ComponentSpec },
): TargetKind {
  return { ...kind, target: (destination, context) => kind.target(destination as C, context) };
}

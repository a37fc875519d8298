import type { DeliveryDefinition } from "./delivery-definition.ts";

/** A place that a delivery writes its errors to. */
export interface ErrorOutput {
  readonly bucket: string;
  /** Prefix expression, unevaluated. */
  readonly errorPrefix: string;
}

/** Where a delivery writes its errors; `undefined` for one whose target is no bucket. */
export function errorOutputOf({ target, naming }: DeliveryDefinition): ErrorOutput | undefined {
  const { bucket } = target.options;
  if (typeof bucket !== "string") return undefined;
  // Errors lie below the prefix where no error prefix is given.
  const errorPrefix = naming.errorPrefix || (naming.prefix ?? "");
  return { bucket, errorPrefix };
}

import type { DeliveryDefinition } from "./delivery-definition.ts";

/** A place that a delivery writes its errors to. */
export interface ErrorOutput {
  readonly bucket: string;
  /** Prefix expression, unevaluated. */
  readonly errorPrefix: string;
}

/** Where a delivery writes its errors; `undefined` for one that has no bucket for them. */
export function errorOutputOf({ target, errorTarget = target, naming }: DeliveryDefinition): ErrorOutput | undefined {
  const { bucket } = errorTarget.options;
  if (typeof bucket !== "string") return undefined;
  // Errors lie below the prefix where no error prefix is given.
  const errorPrefix = naming.errorPrefix || (naming.prefix ?? "");
  return { bucket, errorPrefix };
}

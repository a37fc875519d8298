import { LakehoseError } from "../../model/errors.ts";

/**
 * `invalid`: a rule that says nothing that can be done. `nothing-to-do`: one without an action. `damaged`: a file of ours
 * that cannot be read.
 */
export type LifecycleErrorCode = "invalid" | "nothing-to-do" | "damaged";

export class LifecycleError extends LakehoseError {
  override readonly name = "LifecycleError";

  constructor(code: LifecycleErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

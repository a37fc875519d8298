import { LakehoseError } from "../model/errors.ts";

/** A command cannot go on and the message says all there is to know: it is shown without a stack trace. */
export class CliError extends LakehoseError {
  override readonly name = "CliError";
  constructor(message: string, options: ErrorOptions = {}) {
    super("command", message, options);
  }
}

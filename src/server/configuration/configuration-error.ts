import { LakehoseError } from "../../model/errors.ts";

/** The configuration says something that cannot be followed. The message names file, line and path. */
export class ConfigurationError extends LakehoseError {
  override readonly name = "ConfigurationError";
  constructor(message: string, options: ErrorOptions = {}) {
    super("configuration", message, options);
  }
}

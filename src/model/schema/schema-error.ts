import { LakehoseError } from "../errors.ts";

/** A type text, a column or a schema that cannot be one; the message says what was expected, what came and where. */
export class SchemaError extends LakehoseError {
  override readonly name = "SchemaError";

  constructor(message: string, options?: ErrorOptions) {
    super("schema-invalid", message, options);
  }
}

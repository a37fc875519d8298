import { LakehoseError } from "../../model/errors.ts";

/**
 * A file that cannot be rewritten without changing what its readers see: it stays as it is, and what was done with it so
 * far is done again without it.
 */
export class FileLeftAlone extends LakehoseError {
  override readonly name = "FileLeftAlone";
  readonly bucket: string;
  readonly key: string;

  constructor(file: { readonly bucket: string; readonly key: string }, reason: string, options?: ErrorOptions) {
    super("left-alone", `s3://${file.bucket}/${file.key} is left as it is: ${reason}`, options);
    this.bucket = file.bucket;
    this.key = file.key;
  }
}

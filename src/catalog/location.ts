/** Where data lies: everything below a prefix that is empty or ends with a slash. */
export interface Location {
  readonly bucket: string;
  readonly prefix: string;
}

/** `s3://bucket/prefix`, in the spellings of Hadoop too. A location is a folder, with or without a slash at its end. */
export function readLocation(text: string | undefined): Location | undefined {
  const [, bucket, path = ""] = /^s3[an]?:\/\/([^/\s]+)(?:\/(.*))?$/is.exec(text ?? "") ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: path === "" || path.endsWith("/") ? path : `${path}/` };
}

export function locationText({ bucket, prefix }: Location): string {
  return `s3://${bucket}/${prefix}`;
}

/** A folder below a location that may end without a slash. */
export function locationBelow(root: string | undefined, folder: string): string {
  const text = root ?? "";
  return `${text}${text.endsWith("/") ? "" : "/"}${folder}`;
}

/** Storage classes that S3 takes on a write (S3 API, PutObject). Compatible stores know some of them. */
export const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "GLACIER_IR",
  "DEEP_ARCHIVE",
  "OUTPOSTS",
  "EXPRESS_ONEZONE",
] as const;

export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** What an object has that says nothing else. */
export const STORAGE_CLASS_DEFAULT: StorageClass = "STANDARD";

/**
 * Classes that an object can be moved to as it gets older, from the dearest down (S3 User Guide, "Transitioning objects"):
 * an object is never moved back up.
 */
export const TRANSITION_CLASSES = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const satisfies readonly StorageClass[];

export type TransitionClass = (typeof TRANSITION_CLASSES)[number];

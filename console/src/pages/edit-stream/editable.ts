/**
 * A live stream as text that can be changed: the members of an UpdateDestination request, made of what Describe tells, and the
 * `lakehose` section. Secrets are not in it, and what an update does not name stays as it is.
 */
export interface Described {
  readonly destination: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Describe's names of parts, and what an update calls them. */
const PARTS: Readonly<Record<string, string>> = {
  S3DestinationDescription: "S3Update",
  S3BackupDescription: "S3BackupUpdate",
};

/** Told, and not to be changed. */
const FIXED = new Set(["VpcConfigurationDescription", "HostEndpoint"]);

export function editableOf({ destination, extensions }: Described): Readonly<Record<string, unknown>> {
  const updates = Object.entries(destination).flatMap(([name, value]) => {
    // An S3 stream is described twice; the longer description is the one that says everything.
    const twice = name === "S3DestinationDescription" && "ExtendedS3DestinationDescription" in destination;
    if (name === "DestinationId" || twice || !isObject(value)) return [];
    return [[name.replace(/Description$/, "Update"), updateOf(value)] as const];
  });
  return { ...Object.fromEntries(updates), lakehose: extensions };
}

function updateOf(described: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const members = Object.entries(described).flatMap(([name, value]) => {
    if (FIXED.has(name)) return [];
    return [[PARTS[name] ?? name, value] as const];
  });
  return Object.fromEntries(members);
}

export type Parsed = { readonly update: Readonly<Record<string, unknown>> } | { readonly problem: string };

export function parseEdited(text: string): Parsed {
  try {
    const update: unknown = JSON.parse(text);
    return isObject(update) ? { update } : { problem: "Expected a JSON object, with braces around it." };
  } catch (error) {
    return { problem: `This is no JSON: ${(error as Error).message}` };
  }
}

/** Members that are what they were are left out, so that an update says no more than somebody changed. */
export function changedParts(before: object, after: object): Readonly<Record<string, unknown>> {
  const known = before as Readonly<Record<string, unknown>>;
  const changed = Object.entries(after).flatMap(([name, value]) => {
    if (JSON.stringify(value) === JSON.stringify(known[name])) return [];
    const inner = name !== "lakehose" && isObject(value) && isObject(known[name]);
    return [[name, inner ? membersThatChanged(known[name] as object, value) : value] as const];
  });
  return Object.fromEntries(changed);
}

function membersThatChanged(before: object, after: object): object {
  const known = before as Readonly<Record<string, unknown>>;
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name]),
  );
  return Object.fromEntries(changed);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

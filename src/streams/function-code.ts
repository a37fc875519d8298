import type { ComponentSpec, DeliveryDefinition } from "../model/delivery-definition.ts";

/** What the code of a function is now; `undefined` where nobody can know, or there is none. */
export type CodeDigest = (functionName: string) => Promise<string | undefined>;

/** The one processor that runs code of users: it names a function, and takes the digest of the code that it is planned with. */
const LAMBDA = "lambda";

export interface PlannedCode {
  readonly functionName: string;
  /** Absent when nobody could say what the code is. */
  readonly digest: string | undefined;
}

/** The functions that deliveries call, with the code that they are planned with. */
export function plannedCodes(deliveries: readonly DeliveryDefinition[]): readonly PlannedCode[] {
  return deliveries.flatMap(({ processors }) => processors).flatMap((spec) => plannedCode(spec) ?? []);
}

/** The deliveries with the code that functions have now (rule H5). */
export function withCode(
  deliveries: readonly DeliveryDefinition[],
  codeDigest: CodeDigest,
): Promise<readonly DeliveryDefinition[]> {
  return Promise.all(
    deliveries.map(async (delivery) => {
      const processors = await Promise.all(delivery.processors.map((spec) => specWithCode(spec, codeDigest)));
      return { ...delivery, processors };
    }),
  );
}

/** For those whom nobody tells of changes: they call whatever code there is. */
export function withoutCode(delivery: DeliveryDefinition): DeliveryDefinition {
  return { ...delivery, processors: delivery.processors.map((spec) => (plannedCode(spec) ? bare(spec) : spec)) };
}

async function specWithCode(spec: ComponentSpec, codeDigest: CodeDigest): Promise<ComponentSpec> {
  const planned = plannedCode(spec);
  if (planned === undefined) return spec;
  const code = await codeDigest(planned.functionName);
  const { type, options } = bare(spec);
  return { type, options: { ...options, ...(code !== undefined && { code }) } };
}

function plannedCode({ type, options }: ComponentSpec): PlannedCode | undefined {
  const { function: functionName, code } = options;
  if (type !== LAMBDA || typeof functionName !== "string") return undefined;
  return { functionName, digest: typeof code === "string" ? code : undefined };
}

function bare({ type, options: { code: _, ...options } }: ComponentSpec): ComponentSpec {
  return { type, options };
}

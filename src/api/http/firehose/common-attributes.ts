import { z } from "zod";
import { WireError } from "../../protocol/wire-error.ts";

/** Numbers of the protocol: HttpEndpointRequestConfiguration.CommonAttributes of the Firehose API. */
const PAIRS_MAX = 50;
const NAME_LENGTH_MAX = 256;
const VALUE_LENGTH_MAX = 1024;

const schema = z.object({
  commonAttributes: z
    .record(z.string().min(1).max(NAME_LENGTH_MAX), z.string().max(VALUE_LENGTH_MAX))
    .refine((pairs) => Object.keys(pairs).length <= PAIRS_MAX),
});

/** `{"commonAttributes":{"name":"value"}}`, as the header X-Amz-Firehose-Common-Attributes has it; none without it. */
export function readCommonAttributes(header: string | undefined): Readonly<Record<string, string>> {
  if (header === undefined || header === "") return {};
  const parsed = schema.safeParse(parseJson(header));
  if (parsed.success) return parsed.data.commonAttributes;
  const expected = `{"commonAttributes":{"name":"value"}} with up to ${PAIRS_MAX} pairs, names of 1 to ${NAME_LENGTH_MAX} and values of up to ${VALUE_LENGTH_MAX} characters`;
  throw new WireError(
    "InvalidArgumentException",
    `X-Amz-Firehose-Common-Attributes: expected ${expected}, got ${header.slice(0, 100)}`,
  );
}

function parseJson(header: string): unknown {
  try {
    // Node reads headers as one byte per character.
    return JSON.parse(Buffer.from(header, "latin1").toString("utf8"));
  } catch {
    return undefined;
  }
}

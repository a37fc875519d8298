import type { Role } from "../../access/role.ts";

/** Who calls, as far as the request and the configured keys tell. */
export interface Caller {
  /** Access key id, or the name of a bearer token or of a user, or `anonymous`. */
  readonly principal: string;
  /** What proved it; `nothing` while no keys are configured, when the principal is whatever the request says. */
  readonly proof: "nothing" | "key" | "token" | "session";
  /** Caps what the rules allow in the admin API; absent: the rules alone say. */
  readonly role?: Role;
  /** Twelve digits, from the configuration. */
  readonly accountId: string;
  /** From the credential scope of the signature; `us-east-1` where there is none. */
  readonly region: string;
  /** Whether the configured rules allow this. Everything is allowed while no keys are configured. */
  may(action: string, resource: string): boolean;
}

export const DEFAULT_ACCOUNT_ID = "000000000000";
export const DEFAULT_REGION = "us-east-1";

/** `arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks`, in the partition that the region belongs to. */
export function arnOf(caller: Pick<Caller, "accountId" | "region">, service: string, resource: string): string {
  return `arn:${partitionOf(caller.region)}:${service}:${caller.region}:${caller.accountId}:${resource}`;
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

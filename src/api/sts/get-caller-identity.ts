import type { QueryOperation } from "../protocol/query-protocol.ts";

/** Tells who the caller is. Terraform and others ask before anything else; as in AWS it needs no permission. */
export const getCallerIdentity: QueryOperation = {
  action: "GetCallerIdentity",
  service: "sts",
  namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  handle: (_form, caller) => ({
    Arn: `arn:aws:iam::${caller.accountId}:user/${caller.principal}`,
    UserId: caller.principal,
    Account: caller.accountId,
  }),
};

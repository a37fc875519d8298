import type { ResultSettings } from "../../query/executions/result-settings.ts";
import type { JsonObject } from "../../std/json.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { invalidRequest } from "./athena-context.ts";
import type { resultConfiguration } from "./shapes/requests.ts";

/** ResultConfiguration, in and out. */
export function resultSettingsOf(wire: ShapeValue<typeof resultConfiguration> = {}, accountId: string): ResultSettings {
  const { OutputLocation: location, EncryptionConfiguration: encryption, ExpectedBucketOwner: owner } = wire;
  if (owner !== undefined && owner !== accountId) {
    throw invalidRequest(`ExpectedBucketOwner is ${owner}; all buckets here belong to ${accountId}`);
  }
  const { EncryptionOption: option, KmsKey: keyArn } = encryption ?? {};
  if (option === "CSE_KMS") {
    throw invalidRequest(
      "EncryptionOption CSE_KMS is not supported: results are encrypted by their store, with SSE_S3 or SSE_KMS",
    );
  }
  return {
    ...(location !== undefined && { location }),
    ...(option === "SSE_S3" && { encryption: { type: "sse-s3" as const } }),
    ...(option === "SSE_KMS" && {
      encryption: { type: "sse-kms" as const, ...(keyArn !== undefined && { keyArn }) },
    }),
    ...(wire.AclConfiguration !== undefined && { acl: "bucket-owner-full-control" as const }),
  };
}

export function describeResultSettings({ location, encryption, acl }: ResultSettings): JsonObject {
  return {
    ...(location !== undefined && { OutputLocation: location }),
    ...(encryption !== undefined && {
      EncryptionConfiguration:
        encryption.type === "sse-s3"
          ? { EncryptionOption: "SSE_S3" }
          : { EncryptionOption: "SSE_KMS", ...(encryption.keyArn !== undefined && { KmsKey: encryption.keyArn }) },
    }),
    ...(acl !== undefined && { AclConfiguration: { S3AclOption: "BUCKET_OWNER_FULL_CONTROL" } }),
  };
}

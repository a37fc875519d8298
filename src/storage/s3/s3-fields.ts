import type { ObjectCannedACL, StorageClass } from "@aws-sdk/client-s3";
import { type ObjectEncryption, ObjectStoreError, type PutObject } from "../object-store.ts";

/** The customer's key as every request about one object carries it; the SDK adds its digest. */
export function customerKeyFields(key: string | undefined) {
  return key === undefined ? {} : { SSECustomerAlgorithm: "AES256", SSECustomerKey: key };
}

/** The same for a copy of an object onto itself, which is read with the key and written with it. */
export function copyKeyFields(key: string | undefined) {
  if (key === undefined) return {};
  return { ...customerKeyFields(key), CopySourceSSECustomerAlgorithm: "AES256", CopySourceSSECustomerKey: key };
}

/** What is said of an object when it is begun: with PUT, or with the start of an upload in parts. */
export function objectFields(request: Omit<PutObject, "body">, customerKey: string | undefined) {
  const { contentEncoding, storageClass, acl, encryption } = request;
  return {
    Bucket: request.bucket,
    Key: request.key,
    ContentType: request.contentType,
    Metadata: { ...request.metadata },
    ...(contentEncoding === undefined ? {} : { ContentEncoding: contentEncoding }),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(acl === undefined ? {} : { ACL: acl as ObjectCannedACL }),
    ...(encryption === undefined ? customerKeyFields(customerKey) : encryptionFields(encryption, customerKey)),
  };
}

/** A customer's key has to be the store's own: without it no later `head` could say whose object it is. */
function encryptionFields(encryption: ObjectEncryption, customerKey: string | undefined) {
  switch (encryption.type) {
    case "sse-s3":
      return { ServerSideEncryption: "AES256" as const };
    case "sse-kms": {
      const key = encryption.keyArn === undefined ? {} : { SSEKMSKeyId: encryption.keyArn };
      return { ServerSideEncryption: "aws:kms" as const, ...key };
    }
    case "sse-c":
      if (encryption.key === customerKey) return customerKeyFields(customerKey);
      throw new ObjectStoreError("rejected", "Set the customer key (SSE-C) with the bucket: reading needs it too");
  }
}

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { afterwards } from "./cleanup.ts";
import { startJourney } from "./journey.ts";

export const KEY = { accessKeyId: "AKIALAKE", secretAccessKey: "secret-of-the-lake" };
export const REGION = "eu-west-1";
export const MIB = 1024 * 1024;
export const Bucket = "lake";

type ErrorOf = { readonly name: string; readonly status: number | undefined };

/** The name and status of the failure; a success is one as well. */
export async function failure(work: Promise<unknown>): Promise<ErrorOf> {
  return work.then(
    () => ({ name: "nothing failed", status: undefined }),
    (error: unknown) => {
      assert.ok(error instanceof S3ServiceException, String(error));
      return { name: error.name, status: error.$metadata.httpStatusCode };
    },
  );
}

export function s3Of(t: TestContext, endpoint: string, more: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    endpoint,
    region: REGION,
    credentials: { ...KEY },
    forcePathStyle: true,
    maxAttempts: 1,
    ...more,
  });
  afterwards(t, () => client.destroy());
  return client;
}

export async function signedLake(t: TestContext) {
  const { lakehose, data } = await startJourney(t, { accessKeys: [KEY] });
  const s3 = s3Of(t, lakehose.url);
  await s3.send(new CreateBucketCommand({ Bucket }));
  return { s3, url: lakehose.url, data };
}

export const put = (s3: S3Client, Key: string, Body: string | Buffer = Key) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));

export async function textOf(s3: S3Client, Key: string, Range?: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }));
  return (await Body?.transformToString()) ?? "";
}

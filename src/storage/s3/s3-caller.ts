import type { S3Client } from "@aws-sdk/client-s3";
import { refuseAborted } from "../refuse-aborted.ts";
import { type S3Operation, toStoreError } from "./s3-errors.ts";

/** Sends requests, and turns whatever goes wrong with them into an `ObjectStoreError`. */
export class S3Caller {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async call<Answer>(
    operation: S3Operation,
    send: (client: S3Client, options: { readonly abortSignal?: AbortSignal }) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    refuseAborted(signal);
    try {
      return await send(this.#client, signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw toStoreError(error, operation);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

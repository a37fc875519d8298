import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import type { SignatureV4 } from "@smithy/signature-v4";
import type { NamedSecret } from "../../model/secret.ts";
import type { ClusterOptions } from "./cluster-options.ts";

export interface RequestToAuthorize {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The headers of a request with those that prove who sends it. Secrets are read anew each time: they may have changed. */
export type Authorize = (request: RequestToAuthorize) => Promise<Readonly<Record<string, string>>>;

/** What a secret says, however it is given. */
export type ReadSecret = (secret: NamedSecret) => string;

type Auth = NonNullable<ClusterOptions["auth"]>;
type Credentials = ConstructorParameters<typeof SignatureV4>[0]["credentials"];

export function authorization(auth: Auth | undefined, read: ReadSecret, now: () => number): Authorize {
  switch (auth?.type) {
    case undefined:
      return async ({ headers }) => headers;
    case "basic":
      return async ({ headers }) => {
        const pair = Buffer.from(`${auth.user}:${read(auth.password)}`).toString("base64");
        return { ...headers, authorization: `Basic ${pair}` };
      };
    case "api-key":
      return async ({ headers }) => ({ ...headers, authorization: `ApiKey ${read(auth.key)}` });
    case "sigv4":
      return signing(auth, read, now);
  }
}

/** Signature version 4 of AWS, with the hash of the body in a header, which serverless collections ask for. */
function signing(
  { service, region, credentials }: Extract<Auth, { type: "sigv4" }>,
  read: ReadSecret,
  now: () => number,
): Authorize {
  let chain: Credentials | undefined;
  const find = async (): Promise<Credentials> => {
    if (credentials === undefined) {
      chain ??= await awsChain(region);
      return chain;
    }
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const token = sessionToken === undefined ? {} : { sessionToken: read(sessionToken) };
    return { accessKeyId, secretAccessKey: read(secretAccessKey), ...token };
  };
  return async ({ url, headers, body }) => {
    const { SignatureV4 } = await import("@smithy/signature-v4");
    const signer = new SignatureV4({ service, region, credentials: await find(), sha256: Sha256 });
    const contentHash = createHash("sha256").update(body).digest("hex");
    const signed = await signer.sign(
      {
        method: "POST",
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port === "" ? {} : { port: Number(url.port) }),
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...headers, host: url.host, "x-amz-content-sha256": contentHash },
        body,
      },
      { signingDate: new Date(now()) },
    );
    return signed.headers;
  };
}

/** The usual search for credentials: environment, profile, container, instance. The SDK brings it with each client. */
async function awsChain(region: string): Promise<Credentials> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  return new STSClient({ region }).config.credentials;
}

/** The shape of hash that the signer wants. */
class Sha256 {
  readonly #secret: string | Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: unknown) {
    this.#secret = secret as string | Uint8Array | undefined;
    this.#hash = this.#make();
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#make();
  }

  #make(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}

import type { AccessKey } from "../api/protocol/authenticator.ts";
import { DEFAULT_REGION } from "../api/protocol/caller.ts";
import { FunctionHost } from "../functions/function-host.ts";
import type { JobEndpoint } from "../jobs/job-kind.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { asksForProof, type Configuration } from "./configuration/load-configuration.ts";

export interface HostedFunctionsOptions {
  readonly configuration: Pick<Configuration, "functions" | "accountId" | "accessKeys" | "tokens" | "signIn">;
  /** Absolute path of `functions/` in the data folder. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/**
 * Functions, and what their handlers find when they call AWS: this server, and a key that it takes. The key is made anew
 * at each start and may do everything, since functions are code of whoever runs the server.
 *
 * Streams begin to deliver before the server knows its port, so processes of functions wait for `serveAt`.
 */
export class HostedFunctions {
  readonly host: FunctionHost;
  /** For the authenticator; absent while the server is open, when any key will do. */
  readonly key: AccessKey | undefined;
  readonly #environment = Promise.withResolvers<Readonly<Record<string, string>>>();
  readonly #credentials: Readonly<Record<string, string>>;

  constructor({ configuration, directory, clock, random, telemetry }: HostedFunctionsOptions) {
    const { functions, accountId } = configuration;
    const accessKeyId = `LAKEHOSEFUNCTION${random.bytes(8).toString("hex").toUpperCase()}`;
    const secretAccessKey = random.bytes(24).toString("base64url");
    const key = { accessKeyId, secretAccessKey, allow: [{ actions: ["*"], resources: ["*"] }] };
    this.key = asksForProof(configuration) ? key : undefined;
    this.#credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    this.host = new FunctionHost({
      directory,
      targets: functions,
      region: DEFAULT_REGION,
      accountId,
      environment: () => this.#environment.promise,
      clock,
      random,
      telemetry,
    });
  }

  /** The server takes requests at `url`; `caFile` is what clients have to trust. */
  serveAt(url: string, caFile?: string): void {
    this.#environment.resolve(handlerEnvironment({ url, caFile, credentials: this.#credentials }));
  }

  /** What jobs find when they call AWS: the same as functions. */
  endpointAt(url: string, caFile?: string): JobEndpoint {
    return {
      url: reachable(url),
      ...(this.key !== undefined && { credentials: this.key }),
      ...(caFile !== undefined && { caFile }),
    };
  }
}

export interface HandlerWorld {
  readonly url: string;
  readonly caFile?: string | undefined;
  readonly credentials: Readonly<Record<string, string>>;
}

/** What points AWS SDKs in handlers at a server. */
export function handlerEnvironment({ url, caFile, credentials }: HandlerWorld): Readonly<Record<string, string>> {
  return {
    ...credentials,
    AWS_REGION: DEFAULT_REGION,
    AWS_DEFAULT_REGION: DEFAULT_REGION,
    AWS_ENDPOINT_URL: reachable(url),
    // There is no instance whose role could be asked for.
    AWS_EC2_METADATA_DISABLED: "true",
    ...(caFile !== undefined && { AWS_CA_BUNDLE: caFile, NODE_EXTRA_CA_CERTS: caFile }),
  };
}

/** A server that listens on all addresses is called by its loopback one. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

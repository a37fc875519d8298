import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { functionSettingsSchema } from "../../functions/function-settings.ts";
import {
  type FunctionTarget,
  REMOTE_PAYLOAD_BYTES_MAX,
  REMOTE_TIMEOUT_SECONDS,
} from "../../functions/function-target.ts";
import { credentialsSchema } from "../../model/credentials-schema.ts";
import { readSecret, type Secret, type SecretSources, secretSchema } from "../../model/secret.ts";
import { byteSize } from "../../streams/setting-types.ts";

/** `functions:` of the configuration: where functions run, and for local ones how. */

const localSchema = functionSettingsSchema.extend({
  folder: z
    .string()
    .min(1)
    .meta({
      description: "Folder with the code of a local function. Its settings stand beside it and in its `function.yaml`.",
      examples: ["functions/enrich"],
    }),
});

/** The client of addresses gives up waiting for the head of an answer then, whatever it is told. */
const URL_TIMEOUT_SECONDS_MAX = 300;

const remoteTimeout = functionSettingsSchema.shape.timeout.meta({
  description: `Longest wait for the reply of a function elsewhere, in seconds or with a unit (ms, s, m). Default: ${REMOTE_TIMEOUT_SECONDS}, as for Firehose; also the most for an address.`,
  examples: ["2m"],
});

const remotePayload = byteSize({
  description: "Largest event and largest reply of a function elsewhere. AWS: 6 MB.",
  example: "20MB",
  min: 1024,
  max: 1024 ** 3,
}).default(REMOTE_PAYLOAD_BYTES_MAX);

const lambdaSchema = z.strictObject({
  lambda: z.union([z.literal(true), z.string().min(1)]).meta({
    description: "Name or ARN of a function of AWS Lambda, or `true` for the one that the caller names.",
    examples: ["arn:aws:lambda:eu-west-1:123456789012:function:enrich:live"],
  }),
  endpoint: z
    .url()
    .optional()
    .meta({
      description: "Address of a service that speaks Lambda's API. Default: AWS's own for the region.",
      examples: ["http://127.0.0.1:9001"],
    }),
  region: z.string().min(1).optional().meta({ description: "Region of the function. Default: the AWS chain's." }),
  credentials: credentialsSchema("function"),
  timeout: remoteTimeout,
  payloadBytes: remotePayload,
});

const urlSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).meta({
    description: "Address that takes the event as the body of a POST and answers with the reply.",
    examples: ["http://127.0.0.1:8080/enrich"],
  }),
  headers: z
    .record(z.string().min(1), secretSchema("Value of a header."))
    .default({})
    .meta({
      description: "Headers that are sent along; values may be secrets.",
      examples: [{ "x-key": { env: "KEY" } }],
    }),
  timeout: remoteTimeout.refine((seconds) => (seconds ?? 0) <= URL_TIMEOUT_SECONDS_MAX, {
    error: `expected at most ${URL_TIMEOUT_SECONDS_MAX} seconds`,
  }),
  payloadBytes: remotePayload,
});

export const functionsSchema = z
  .record(z.string().min(1), z.union([localSchema, lambdaSchema, urlSchema]))
  .default({})
  .meta({
    description:
      "Where functions run, by name, `NAME:QUALIFIER` or ARN: in a `folder`, on AWS `lambda`, behind a `url`. What is not named here is looked for in `DATA/functions/NAME/`.",
    examples: [{ enrich: { folder: "functions/enrich", timeout: 120 } }],
  });

/** Secrets read, paths made absolute. `at` names the place of a secret that cannot be read. */
export function functionTargets(
  functions: z.output<typeof functionsSchema>,
  sources: SecretSources,
  at: <T>(path: string, read: () => T) => T,
): Readonly<Record<string, FunctionTarget>> {
  const targets = Object.entries(functions).map(([name, settings]): [string, FunctionTarget] => {
    const secret = (path: string, value: Secret) => at(`functions.${name}.${path}`, () => readSecret(value, sources));
    if ("folder" in settings) return [name, localTarget(settings, sources.folder)];
    if ("url" in settings) return [name, urlTarget(settings, secret)];
    return [name, lambdaTarget(settings, secret)];
  });
  return Object.fromEntries(targets);
}

function localTarget({ folder, layers, ...overrides }: z.output<typeof localSchema>, base: string): FunctionTarget {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(base, path));
  return {
    type: "local",
    folder: absolute(folder),
    overrides: { ...overrides, ...(layers !== undefined && { layers: layers.map(absolute) }) },
  };
}

type ReadSecret = (path: string, value: Secret) => string;

function lambdaTarget(settings: z.output<typeof lambdaSchema>, secret: ReadSecret): FunctionTarget {
  const { lambda, endpoint, region, credentials } = settings;
  return {
    type: "lambda",
    ...(lambda !== true && { functionName: lambda }),
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: secret("credentials.secretAccessKey", credentials.secretAccessKey),
        ...(credentials.sessionToken !== undefined && {
          sessionToken: secret("credentials.sessionToken", credentials.sessionToken),
        }),
      },
    }),
    timeoutSeconds: settings.timeout ?? REMOTE_TIMEOUT_SECONDS,
    payloadBytesMax: settings.payloadBytes,
  };
}

function urlTarget(settings: z.output<typeof urlSchema>, secret: ReadSecret): FunctionTarget {
  const headers = Object.entries(settings.headers).map(([name, value]) => [name, secret(`headers.${name}`, value)]);
  return {
    type: "url",
    url: settings.url,
    headers: Object.fromEntries(headers),
    timeoutSeconds: settings.timeout ?? REMOTE_TIMEOUT_SECONDS,
    payloadBytesMax: settings.payloadBytes,
  };
}

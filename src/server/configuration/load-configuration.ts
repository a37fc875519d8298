import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Role } from "../../access/role.ts";
import type { HookDefinition } from "../../api/http/hooks/hook-definition.ts";
import type { FunctionTarget } from "../../functions/function-target.ts";
import type { PythonSettings } from "../../jobs/job-kind.ts";
import { readSecret, type Secret, type SecretSources } from "../../model/secret.ts";
import { KeyRing } from "../../std/key-ring.ts";
import { yaml } from "../../std/yaml.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { type ConfigurationFile, configurationSchema } from "./configuration-schema.ts";
import { functionTargets } from "./functions-section.ts";
import { pythonSettings } from "./jobs-section.ts";
import { hasPeople, type SignInSettings, signInSettings } from "./sign-in-section.ts";

/** What the server starts from: the file, overlaid by environment, overlaid by flags; secrets read, paths absolute. */
export interface Configuration
  extends Omit<
    ConfigurationFile,
    "accessKeys" | "tokens" | "signIn" | "storage" | "encryption" | "tls" | "functions" | "python" | "hooks"
  > {
  /** What relative paths in the configuration are relative to: the folder of its file. */
  readonly folder: string;
  readonly accessKeys: readonly ResolvedAccessKey[];
  readonly tokens: readonly ResolvedToken[];
  readonly signIn: SignInSettings;
  readonly storage: {
    readonly default: "local" | "s3";
    readonly s3: ResolvedS3;
    readonly buckets: Readonly<Record<string, ResolvedS3 & { readonly store: "local" | "s3" }>>;
  };
  readonly functions: Readonly<Record<string, FunctionTarget>>;
  readonly python: PythonSettings;
  readonly hooks: readonly HookDefinition[];
  readonly keyRing?: KeyRing;
  readonly tls?: ConfigurationFile["tls"];
}

export interface ResolvedAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly allow: AllowRules;
}

export interface ResolvedToken {
  readonly name: string;
  readonly token: string;
  readonly allow: AllowRules;
  readonly role?: Role;
}

type AllowRules = ConfigurationFile["accessKeys"][number]["allow"];

const EVERYTHING: AllowRules = [{ actions: ["*"], resources: ["*"] }];

/** A role says what its holder may do in the admin API, and nothing of records. */
const ADMIN_API: AllowRules = [{ actions: ["lakehose:*"], resources: ["*"] }];

export interface ResolvedS3 {
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyle?: boolean;
  readonly customerKey?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Flags of the command line; each goes before its environment variable, and that before the file. */
export interface ConfigurationFlags {
  readonly config?: string;
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the file that `--config` or `LAKEHOSE_CONFIG` names, if any. Throws `ConfigurationError`. */
export function loadConfiguration(flags: ConfigurationFlags, environment: Environment): Configuration {
  const path = flags.config ?? environment.LAKEHOSE_CONFIG;
  const text = path === undefined ? "" : readConfigurationFile(path);
  const overlay = {
    data: flags.data ?? environment.LAKEHOSE_DATA,
    host: flags.host ?? environment.LAKEHOSE_HOST,
    port: portOf(flags.port ?? environment.LAKEHOSE_PORT),
  };
  return parseConfiguration(text, { path: path ?? "the defaults", environment, overlay });
}

export interface ParseOptions {
  /** Named in messages; relative file names in the configuration are relative to its folder. */
  readonly path: string;
  readonly environment: Environment;
  readonly overlay?: Readonly<Record<string, unknown>>;
}

export function parseConfiguration(text: string, options: ParseOptions): Configuration {
  const document = readDocument(text);
  const { error: broken, content } = document;
  if (broken !== undefined) throw new ConfigurationError(`${options.path}: ${broken.message}`, { cause: broken });
  const overlay = Object.entries(options.overlay ?? {}).filter(([, value]) => value !== undefined);
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new ConfigurationError(
      `${options.path}: expected names with values such as "port: 4573", got ${typeof content}`,
    );
  }
  const parsed = configurationSchema.safeParse({ ...content, ...Object.fromEntries(overlay) });
  if (!parsed.success) {
    const places = parsed.error.issues
      .flatMap((issue) => leafIssues(issue, []))
      .map(({ path, message }) => {
        const line = document.lineOf(path);
        return `${options.path}${line === undefined ? "" : `:${line}`}: ${pathText(path)}: ${message}`;
      });
    throw new ConfigurationError([...new Set(places)].join("\n"));
  }
  const configuration = resolveSecrets(parsed.data, options);
  refuseOpenDoor(configuration, options.path);
  return configuration;
}

interface ConfigurationDocument {
  readonly content: unknown;
  readonly error?: Error | undefined;
  /** Where in the file a value stands, from 1. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

function readDocument(text: string): ConfigurationDocument {
  if (text === "") return { content: {}, lineOf: () => undefined };
  const { LineCounter, isNode, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const [error] = document.errors;
  return {
    error,
    content: error === undefined ? (document.toJS() ?? {}) : undefined,
    lineOf: (path) => {
      const node = document.getIn(path, true);
      const offset = isNode(node) ? node.range?.[0] : undefined;
      return offset === undefined ? undefined : lines.linePos(offset).line;
    },
  };
}

interface Leaf {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A union fails with one list of issues for each of its members; the member that came furthest is the one that was meant. */
function leafIssues(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly Leaf[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ path, message }));
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ path, message: issue.message }];
  const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map((one) => one.path.length));
  const [closest] = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return (closest ?? []).flatMap((one) => leafIssues(one, path));
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the file" : text.replace(/^\./, "");
}

/** The text of a configuration file. Throws `ConfigurationError` where there is none. */
export function readConfigurationFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigurationError(`Cannot read the configuration ${path} (--config, LAKEHOSE_CONFIG): ${reason}`);
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new ConfigurationError(`--port (or LAKEHOSE_PORT) has to be a number from 0 to 65535, got "${text}"`);
}

function resolveSecrets(file: ConfigurationFile, options: ParseOptions): Configuration {
  const sources: SecretSources = { folder: dirname(resolve(options.path)), environment: options.environment };
  const at = <T>(path: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw new ConfigurationError(`${options.path}: ${path}: ${(error as Error).message}`, { cause: error });
    }
  };
  const { accessKeys, tokens, signIn, storage, encryption, tls, functions, python, hooks, ...rest } = file;
  const s3 = (path: string, settings: ConfigurationFile["storage"]["s3"]): ResolvedS3 => {
    const { credentials, customerKey, ...own } = settings;
    const secret = (name: string, value: Secret) => at(`${path}.${name}`, () => readSecret(value, sources));
    return {
      ...withoutAbsent(own),
      ...(customerKey !== undefined && { customerKey: secret("customerKey", customerKey) }),
      ...(credentials !== undefined && {
        credentials: {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: secret("credentials.secretAccessKey", credentials.secretAccessKey),
          ...(credentials.sessionToken !== undefined && {
            sessionToken: secret("credentials.sessionToken", credentials.sessionToken),
          }),
        },
      }),
    };
  };
  return {
    ...rest,
    folder: sources.folder,
    data: resolve(file.data),
    accessKeys: accessKeys.map((key, index) => ({
      ...key,
      secretAccessKey: at(`accessKeys[${index}].secretAccessKey`, () => readSecret(key.secretAccessKey, sources)),
    })),
    tokens: tokens.map(({ name, token, role, allow = role === undefined ? EVERYTHING : ADMIN_API }, index) => ({
      name,
      token: at(`tokens[${index}].token`, () => readSecret(token, sources)),
      allow,
      ...(role !== undefined && { role }),
    })),
    signIn: signInSettings(signIn, sources, at),
    storage: {
      default: storage.default,
      s3: s3("storage.s3", storage.s3),
      buckets: Object.fromEntries(
        Object.entries(storage.buckets).map(([name, { store, ...own }]) => [
          name,
          { store, ...s3(`storage.buckets.${name}`, own) },
        ]),
      ),
    },
    functions: functionTargets(functions, sources, at),
    python: pythonSettings(python, sources.folder, resolve(file.data)),
    hooks: Object.entries(hooks).map(([name, hook]) => ({
      ...hook,
      name,
      secrets: hook.secrets.map((secret, index) =>
        at(`hooks.${name}.secrets[${index}]`, () => readSecret(secret, sources)),
      ),
    })),
    ...(encryption !== undefined && {
      keyRing: at("encryption", () => KeyRing.parse(readSecret(encryption, sources))),
    }),
    ...(tls !== undefined && { tls: "certificate" in tls ? resolveTls(tls, sources.folder) : tls }),
  };
}

function resolveTls(tls: { certificate: string; key: string }, folder: string) {
  return { certificate: resolve(folder, tls.certificate), key: resolve(folder, tls.key) };
}

type WithoutAbsent<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function withoutAbsent<T extends object>(value: T): WithoutAbsent<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as WithoutAbsent<T>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether calls have to prove themselves: somebody is configured who can. */
export function asksForProof({
  accessKeys,
  tokens,
  signIn,
}: Pick<Configuration, "accessKeys" | "tokens" | "signIn">): boolean {
  return accessKeys.length > 0 || tokens.length > 0 || hasPeople(signIn);
}

/** Without keys anybody who reaches the port may read and delete everything; so nobody but this machine may reach it. */
function refuseOpenDoor(configuration: Configuration, path: string): void {
  const { host } = configuration;
  if (LOOPBACK.test(host) || asksForProof(configuration)) return;
  throw new ConfigurationError(
    `${path}: host: ${host} is reachable from other machines, and no access keys are configured, so anybody there could read, change and delete streams. Add accessKeys (or tokens, or signIn.users) to the configuration, or listen on 127.0.0.1.`,
  );
}

import type { JobComponents, JobRun } from "../job-kind.ts";

type Environment = Readonly<Record<string, string>>;

/** What a script sees of our own environment: enough to find programs and certificates, and no secret. */
const INHERITED = ["PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** What pip sees beside that: the way to its packages, which may hold a password. It is gone when the script begins. */
const INHERITED_BY_PIP = /^(PIP_\w+|https?_proxy|no_proxy|all_proxy)$/i;

/** Where nobody is asked for keys, SDKs want some nevertheless. */
const ANY_KEY = { accessKeyId: "lakehose", secretAccessKey: "lakehose" };

const REGION = "us-east-1";

/** `home` instead of the server's own, where credentials may lie. */
export function pipEnvironment(home: string): Environment {
  const own = Object.entries(process.env).filter(([name]) => INHERITED_BY_PIP.test(name));
  return { ...inherited(), ...(Object.fromEntries(own) as Environment), HOME: home, TMPDIR: home };
}

export interface ScriptEnvironmentOptions {
  readonly components: Pick<JobComponents, "endpoint" | "python">;
  readonly run: JobRun;
  readonly home: string;
  /** The definition's own; they go before ours. */
  readonly variables: Environment;
}

/** AWS SDKs in the script speak to this server. */
export function scriptEnvironment({ components, run, home, variables }: ScriptEnvironmentOptions): Environment {
  const { url, credentials = ANY_KEY, caFile } = components.endpoint();
  const { libraries } = components.python;
  const { at, day } = run.occasion ?? { at: run.startedAt };
  return {
    ...inherited(),
    HOME: home,
    TMPDIR: home,
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    ...(libraries !== undefined && { PYTHONPATH: libraries }),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    ...(caFile !== undefined && { AWS_CA_BUNDLE: caFile }),
    LAKEHOSE_JOB: run.jobName,
    LAKEHOSE_RUN_ID: run.runId,
    LAKEHOSE_RUN_AT: new Date(at).toISOString(),
    ...(day !== undefined && { LAKEHOSE_DAY: day }),
    ...variables,
  };
}

function inherited(): Environment {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

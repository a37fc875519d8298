import { z } from "zod";
import { readNamedSecret } from "../../model/secret.ts";
import type { DestinationDependencies } from "../destination-type.ts";
import type { ServerAddress } from "../postgres-session/session.ts";
import type { RedshiftOptions } from "./redshift-options.ts";

/**
 * Where the cluster is, and who asks. An endpoint of the configuration, `postgresql://127.0.0.1:5439`, replaces host and port;
 * with `?sslmode=disable` it is spoken to without TLS. Throws an `Error` that says what is missing.
 */
export function clusterAddress(options: RedshiftOptions, dependencies: AddressDependencies): ServerAddress {
  const { cluster } = options;
  const url = new URL(cluster.slice("jdbc:".length));
  const endpoint = dependencies.endpointOf(cluster) ?? dependencies.endpointOf(url.hostname);
  const reached = endpoint === undefined ? url : new URL(endpoint);
  return {
    host: reached.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(reached.port === "" ? PORT : reached.port),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...credentialsOf(options, dependencies),
    tls: reached.searchParams.get("sslmode") === "disable" ? "off" : { authorities: undefined },
  };
}

export type AddressDependencies = Pick<DestinationDependencies, "secretOf" | "endpointOf">;

/** Redshift's own. */
const PORT = 5439;

const secretContent = z.object({ username: z.string().min(1), password: z.string().min(1) });

function credentialsOf(
  { secret, user = "", password = "" }: RedshiftOptions,
  { secretOf }: AddressDependencies,
): Pick<ServerAddress, "user" | "password"> {
  if (secret === undefined) return { user, password: readNamedSecret(password, secretOf) };
  const content = secretContent.safeParse(jsonOf(secretOf(secret)));
  if (content.success) return { user: content.data.username, password: content.data.password };
  throw new Error(
    `expected the secret "${secret}" to hold JSON with username and password; its content is something else`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

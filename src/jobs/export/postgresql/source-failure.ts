import { LakehoseError, reasonOf } from "../../../model/errors.ts";
import { ExportError, type ExportErrorCode } from "../export-error.ts";

/**
 * A failure of the client's or of the source's, in our words. The source tells by SQLSTATE (PostgreSQL, appendix A); what
 * has none happened on the way there.
 */
export function sourceFailure(error: unknown, doing: string): LakehoseError {
  if (error instanceof LakehoseError) return error;
  const state = sqlStateOf(error);
  const { code, advice } = state === undefined ? onTheWay(error) : said(state);
  return new ExportError(code, `${doing}: ${reasonOf(error)}${advice === "" ? "" : `; ${advice}`}`, { cause: error });
}

interface Verdict {
  readonly code: ExportErrorCode;
  /** Empty where the source's own words say what to do. */
  readonly advice: string;
}

/** Five letters and digits; codes of the system such as ECONNREFUSED are longer. */
function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

function said(state: string): Verdict {
  return BY_STATE.get(state) ?? BY_CLASS.get(state.slice(0, 2)) ?? { code: "failed", advice: "" };
}

const BROKEN: Verdict = { code: "unavailable", advice: "the next attempt goes on where this one ended" };

const BY_STATE: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  [
    "42501",
    { code: "denied", advice: "grant the role USAGE on the schema and SELECT on the table, without row security" },
  ],
  ["42P01", { code: "not-found", advice: "look at the names under tables" }],
  ["42703", { code: "not-found", advice: "look at columns, where and cursor of the table" }],
  ["3D000", { code: "not-found", advice: "look at source.database" }],
  ["42601", { code: "invalid", advice: "look at where of the table" }],
  ["55P03", { code: "unavailable", advice: "somebody alters the table and holds its lock" }],
  // An administrator, a crash, a shutdown; a start that is not over; a conflict with recovery on a standby.
  ["57P01", BROKEN],
  ["57P02", BROKEN],
  ["57P03", BROKEN],
  ["40001", BROKEN],
]);

const BY_CLASS: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ["08", BROKEN],
  ["28", { code: "denied", advice: "look at source.user and source.password, and at the server's pg_hba.conf" }],
  ["53", { code: "unavailable", advice: "the source is out of connections, memory or disk" }],
]);

function onTheWay(error: unknown): Verdict {
  const reason = reasonOf(error);
  if (reason.includes("does not support SSL")) {
    return { code: "invalid", advice: "it has no TLS: say `tls: off` if the way there needs none" };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/.test(code)) {
    return { code: "denied", advice: "its certificate is not trusted: name the authority under tls.caFile" };
  }
  if (reason.includes("password must be a string")) {
    return { code: "denied", advice: "the source asks for a password: name it under source.password" };
  }
  return BROKEN;
}

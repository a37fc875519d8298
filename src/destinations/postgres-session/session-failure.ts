import { reasonOf } from "../../model/errors.ts";
import { DestinationError } from "../destination-error.ts";

/**
 * A failure of the client's or of the server's, in our words. The server tells by SQLSTATE (PostgreSQL, appendix A); what has
 * none happened on the way there. All of them may be over at the next attempt: somebody grants a right, adds a column, frees
 * the disk.
 */
export class SessionFailure extends DestinationError {
  /** `undefined` where the server did not say anything. */
  readonly sqlState: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { logCode: string; sqlState: string | undefined; cause: unknown },
  ) {
    super(code, message, { retriable: true, logCode: options.logCode, cause: options.cause });
    this.sqlState = options.sqlState;
  }

  /** The rows that were sent are what is wrong, and others would be taken. */
  get isAboutRows(): boolean {
    return this.sqlState !== undefined && ROW_CLASSES.has(this.sqlState.slice(0, 2));
  }
}

/** Classes of SQLSTATE that are about single rows, and what PL/pgSQL calls them. */
const ROW_CLASSES: ReadonlyMap<string, string> = new Map([
  ["22", "data_exception"],
  ["23", "integrity_constraint_violation"],
  ["44", "with_check_option_violation"],
  // Values that are too large for an index.
  ["54", "program_limit_exceeded"],
  // What triggers raise.
  ["P0", "plpgsql_error"],
]);

export const ROW_CONDITIONS: readonly string[] = [...ROW_CLASSES.values()];

export function sessionFailure(error: unknown, doing: string, logPrefix: string): DestinationError {
  if (error instanceof DestinationError) return error;
  const sqlState = sqlStateOf(error);
  const { code, advice, log } = sqlState === undefined ? onTheWay(error) : said(sqlState);
  const message = `${doing}: ${reasonOf(error)}${advice === "" ? "" : `; ${advice}`}`;
  return new SessionFailure(code, message, { logCode: `${logPrefix}.${log}`, sqlState, cause: error });
}

interface Verdict {
  readonly code: string;
  /** Empty where the server's own words say what to do. */
  readonly advice: string;
  /** Code of the delivery log (Firehose, "Amazon Redshift data delivery errors"), which PostgreSQL shares here. */
  readonly log: string;
}

/** Five letters and digits; codes of the system such as ECONNREFUSED are longer. */
function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  // The system's EPIPE has five letters, too.
  return /^[0-9A-Z]{5}$/.test(error.code) && error.code !== "EPIPE" ? error.code : undefined;
}

function said(state: string): Verdict {
  return (
    BY_STATE.get(state) ?? BY_CLASS.get(state.slice(0, 2)) ?? { code: "failed", advice: "", log: "DataLoadFailed" }
  );
}

const UNAVAILABLE: Verdict = { code: "unavailable", advice: "", log: "ConnectionFailed" };
const CONFLICT: Verdict = { code: "conflict", advice: "the next attempt runs it again", log: "DataLoadFailed" };
const TOO_LONG: Verdict = {
  code: "unavailable",
  advice: "it took longer than it may: raise the limit, or look at what holds locks on the table",
  log: "DataLoadFailed",
};

const BY_STATE: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  [
    "42501",
    { code: "denied", advice: "grant the role what it needs on schema and tables", log: "InsufficientPrivilege" },
  ],
  ["42P01", { code: "schema", advice: "make the table, or mend its name", log: "TableNotFound" }],
  ["42703", { code: "schema", advice: "add the column, or leave it out", log: "ColumnNotFound" }],
  ["42601", { code: "schema", advice: "", log: "SyntaxError" }],
  ["3D000", { code: "schema", advice: "look at the name of the database", log: "DatabaseNotFound" }],
  ["25006", { code: "unavailable", advice: "the server only reads now", log: "ReadOnlyCluster" }],
  ["53100", { code: "unavailable", advice: "the server's disk is full", log: "DiskFull" }],
  ["40001", CONFLICT],
  ["40P01", CONFLICT],
  ["57014", TOO_LONG],
  ["55P03", TOO_LONG],
]);

const BY_CLASS: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ["08", UNAVAILABLE],
  [
    "28",
    {
      code: "denied",
      advice: "look at user and password, and at the server's rules for who may connect",
      log: "AuthenticationFailed",
    },
  ],
  ["42", { code: "schema", advice: "", log: "DataLoadFailed" }],
  ["53", UNAVAILABLE],
  ["57", UNAVAILABLE],
]);

function onTheWay(error: unknown): Verdict {
  const reason = reasonOf(error);
  if (reason.includes("does not support SSL")) {
    return { code: "denied", advice: "it has no TLS: say `tls: off` if the way there needs none", log: "AccessDenied" };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/.test(code)) {
    return {
      code: "denied",
      advice: "its certificate is not trusted: give the authority under tls.authorities",
      log: "AccessDenied",
    };
  }
  if (reason.includes("password must be a string")) {
    return { code: "denied", advice: "the server asks for a password: give one", log: "AuthenticationFailed" };
  }
  return UNAVAILABLE;
}

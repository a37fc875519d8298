import { tlsFailure } from "../../model/client-tls.ts";
import { LakehoseError, reasonOf } from "../../model/errors.ts";

/**
 * A failure of the client's or of the broker's, in our words. The broker tells by return codes of MQTT 3.1.1 (section
 * 3.2.2.3) and reason codes of MQTT 5 (section 2.4), which are numbers; the system and TLS by words.
 */
export function mqttFailure(error: unknown): LakehoseError {
  if (error instanceof LakehoseError) return error;
  const reason = reasonOf(error);
  const given = error instanceof Error && "code" in error ? error.code : undefined;
  const { code, advice } = typeof given === "number" ? verdictOn(given) : onTheWay(String(given ?? ""), reason);
  return new LakehoseError(code, advice === "" ? reason : `${reason}; ${advice}`, { cause: error });
}

interface Verdict {
  readonly code: string;
  /** Empty where the broker's own words say what to do. */
  readonly advice: string;
}

const VERSION: Verdict = { code: "version-refused", advice: "set version to 4, for MQTT 3.1.1" };
const CLIENT_ID: Verdict = { code: "client-refused", advice: "set clientId to a name that the broker takes" };
const LOGIN: Verdict = { code: "access-refused", advice: "look at user and password" };
const RIGHTS: Verdict = {
  code: "access-refused",
  advice: "look at user and password, and at the user's rights on the topics",
};
const BUSY: Verdict = { code: "broker-busy", advice: "" };

const BY_CODE: ReadonlyMap<number, Verdict> = new Map([
  [1, VERSION],
  [2, CLIENT_ID],
  [3, BUSY],
  [4, LOGIN],
  [5, LOGIN],
  [132, VERSION],
  [133, CLIENT_ID],
  [134, LOGIN],
  [135, RIGHTS],
  [136, BUSY],
  [137, BUSY],
  [142, { code: "session-taken-over", advice: "another client has the same clientId: give each reader its own" }],
  [143, { code: "topic-refused", advice: "look at the filters under topics" }],
  [158, { code: "topic-refused", advice: "the broker has no shared subscriptions: take the filter without $share" }],
]);

function verdictOn(code: number): Verdict {
  return BY_CODE.get(code) ?? { code: "broker-failed", advice: "" };
}

function onTheWay(code: string, reason: string): Verdict {
  const tls = tlsFailure(code);
  if (tls !== undefined) return tls;
  if (reason === "connack timeout") {
    return {
      code: "connection-lost",
      advice: "what listens there is no MQTT broker, or the address has the wrong scheme",
    };
  }
  return { code: code === "" ? "connection-lost" : code, advice: "" };
}

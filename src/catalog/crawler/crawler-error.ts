import { LakehoseError } from "../../model/errors.ts";

export type CrawlerErrorCode =
  | "not-found"
  | "already-exists"
  | "running"
  | "not-running"
  | "no-schedule"
  | "schedule-running"
  | "schedule-not-running"
  | "limit-exceeded"
  | "invalid";

export class CrawlerError extends LakehoseError {
  override readonly name = "CrawlerError";

  constructor(code: CrawlerErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

import type { JsonObject, JsonValue } from "../std/json.ts";
import { JsonObjectSplitter } from "./json-object-splitter.ts";

/**
 * Reads error objects back: ours, and those that AWS has written over the years. Theirs spell members in several ways,
 * give numbers as strings, run objects together without LF, and lack our member, without which a record cannot get its
 * first identity back and enters the stream as a new one.
 */
export interface ErrorRecord {
  readonly bytes: Buffer;
  readonly code: string;
  readonly message: string;
  /** 0 when the object does not say. */
  readonly attempts: number;
  readonly arrivalMs?: number;
  readonly attemptEndingMs?: number;
  /** Every further member, in order. */
  readonly details: JsonObject;
  readonly identity?: ErrorRecordIdentity;
}

export interface ErrorRecordIdentity {
  readonly streamUid: string;
  readonly deliveryId: string;
  readonly offset: number;
  readonly piece: number;
  readonly stage: "processors" | "delivery";
  readonly errorType: string;
  readonly inDoubt: boolean;
}

export type ErrorRecordRead =
  | { readonly record: ErrorRecord; readonly at: number }
  /** What stands at byte `at` is no error record, and why. */
  | { readonly problem: string; readonly at: number };

/** Yields what is in an error object, one by one, while its bytes come in. A bad piece does not hide those behind it. */
export async function* readErrorRecords(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<ErrorRecordRead> {
  const splitter = new JsonObjectSplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk).map(readPiece);
  yield* splitter.end().map(readPiece);
}

function readPiece(piece: { readonly bytes: Buffer; readonly at: number; readonly problem?: string }): ErrorRecordRead {
  if (piece.problem !== undefined) return { problem: piece.problem, at: piece.at };
  const value = parse(piece.bytes);
  if (value === undefined) return { problem: "Expected a JSON object, got something else", at: piece.at };
  const record = recordOf(value);
  if (record === undefined) return { problem: "Expected a member rawData with base64, got none", at: piece.at };
  return { record, at: piece.at };
}

/** The members that stand for themselves; all others are details. */
const COMMON = new Set(
  "rawData errorCode errorMessage lastErrorCode lastErrorMessage ErrorCode ErrorMessage attemptsMade arrivalTimestamp attemptEndingTimestamp lakehose".split(
    " ",
  ),
);

function recordOf(value: JsonObject): ErrorRecord | undefined {
  const { rawData } = value;
  if (typeof rawData !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(rawData)) return undefined;
  const arrivalMs = numberOf(value.arrivalTimestamp);
  const attemptEndingMs = numberOf(value.attemptEndingTimestamp);
  const identity = identityOf(value.lakehose);
  return {
    bytes: Buffer.from(rawData, "base64"),
    code: textOf(value.errorCode ?? value.lastErrorCode ?? value.ErrorCode),
    message: textOf(value.errorMessage ?? value.lastErrorMessage ?? value.ErrorMessage),
    attempts: numberOf(value.attemptsMade) ?? 0,
    ...(arrivalMs === undefined ? {} : { arrivalMs }),
    ...(attemptEndingMs === undefined ? {} : { attemptEndingMs }),
    details: Object.fromEntries(Object.entries(value).filter(([name]) => !COMMON.has(name))),
    ...(identity === undefined ? {} : { identity }),
  };
}

function identityOf(value: JsonValue | undefined): ErrorRecordIdentity | undefined {
  if (!isObject(value)) return undefined;
  const { streamUid, deliveryId, offset, stage, errorType } = value;
  if (typeof streamUid !== "string" || typeof deliveryId !== "string") return undefined;
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0) return undefined;
  if (stage !== "processors" && stage !== "delivery") return undefined;
  const { piece = 0 } = value;
  if (typeof piece !== "number" || !Number.isSafeInteger(piece) || piece < 0) return undefined;
  const inDoubt = value.inDoubt === true;
  return { streamUid, deliveryId, offset, piece, stage, errorType: textOf(errorType), inDoubt };
}

function parse(bytes: Buffer): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(bytes.toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

function numberOf(value: JsonValue | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

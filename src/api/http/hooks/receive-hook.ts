import { parseFieldPath } from "../../../model/fields/field-path.ts";
import { findFields } from "../../../model/fields/find-fields.ts";
import { packRecords } from "../../../model/records.ts";
import { type EnvelopeAttributes, envelope } from "../../../sources/envelope.ts";
import { StoreOnce } from "../../../sources/store-once.ts";
import { type JsonNode, parseJsonObject } from "../../../std/json-node.ts";
import type { Streams } from "../../../streams/streams.ts";
import { AWS_PUT_LIMITS, type PutLimits } from "../../firehose/put/put-limits.ts";
import type { HttpAnswer, HttpRequest, RequestHead, Route } from "../../protocol/http.ts";
import { WireError } from "../../protocol/wire-error.ts";
import { type DoorOptions, doorRoute, headerOf, methodNotAllowed, type Seen } from "../door-route.ts";
import { openDirectIntake, requireRecordsFit } from "../open-intake.ts";
import { plainAnswer, plainError } from "../plain-answer.ts";
import type { HookDefinition } from "./hook-definition.ts";
import { bodySignature, type EventIdPlace, PRESETS, type SignatureScheme } from "./signature-schemes.ts";
import { readClaim, verifySignature } from "./verify-signature.ts";

export interface ReceiveHookOptions extends DoorOptions {
  readonly streams: Pick<Streams, "intake" | "get">;
  readonly hooks: readonly HookDefinition[];
  /** Absent: AWS's numbers. */
  readonly limits?: Pick<PutLimits, "recordBytes">;
}

const PATH = /^\/hooks\/([^/]*)$/;

/** Longer ids are no ids; the event is then stored as often as it comes. */
const EVENT_ID_LENGTH_MAX = 1024;

/**
 * Webhooks: what services call when something happened there, each with a signature of its own kind.
 *
 *     POST /hooks/NAME
 *     the header of the hook's signature scheme
 *     body => one record, as it is or in an envelope
 *
 *     200 { accepted, duplicates } | error { code, message, action }
 *
 * The signature is the whole proof: no key or token is asked for, because these services have none to send. Nothing of the
 * body is read for who shows no signature or an old one, and never more than a record may have.
 */
export function receiveHookRoute(options: ReceiveHookOptions): Route {
  const hooks = new Map(options.hooks.map((definition) => [definition.name, new Hook(definition)]));
  return doorRoute(options, {
    name: "hooks",
    operation: "ReceiveHook",
    path: PATH,
    receive: (request, name, seen) => receive(options, hooks.get(name), request, seen),
    failed: (error, { requestId }) => plainError(error, requestId),
  });
}

/** A hook, ready to be called. */
class Hook {
  readonly definition: HookDefinition;
  readonly scheme: SignatureScheme;
  readonly once = new StoreOnce();
  readonly #idIn: (request: RequestHead, event: () => JsonNode | undefined) => string | undefined;

  constructor(definition: HookDefinition) {
    this.definition = definition;
    const { signature } = definition;
    this.scheme = typeof signature === "string" ? PRESETS[signature] : bodySignature(signature);
    this.#idIn = idReader(definition.id ?? this.scheme.id);
  }

  /** What the sender calls the event. */
  idOf(request: RequestHead, event: () => JsonNode | undefined): string | undefined {
    const id = this.#idIn(request, event);
    return id !== undefined && id.length > 0 && id.length <= EVENT_ID_LENGTH_MAX ? id : undefined;
  }
}

function idReader(place: EventIdPlace | undefined) {
  if (place === undefined) return () => undefined;
  if ("header" in place) return (request: RequestHead) => headerOf(request, place.header);
  const path = parseFieldPath(place.field);
  return (_: RequestHead, event: () => JsonNode | undefined) => {
    const root = event();
    const value = root === undefined ? undefined : findFields(root, path)[0]?.value;
    return value?.kind === "string" || value?.kind === "number" ? value.text : undefined;
  };
}

async function receive(
  options: ReceiveHookOptions,
  hook: Hook | undefined,
  request: HttpRequest,
  seen: Seen,
): Promise<HttpAnswer> {
  const { streams, limits = AWS_PUT_LIMITS, clock } = options;
  if (hook === undefined) return unknownHook(request);
  const { definition, scheme } = hook;
  seen.stream = definition.stream;
  if (request.method !== "POST") return methodNotAllowed(request, "POST");
  refusePacked(request);
  const { toleranceSeconds, secrets } = definition;
  const claim = readClaim(scheme, request.headers, { nowMs: clock.now(), toleranceSeconds });
  const body = await request.body({ bytesMax: limits.recordBytes });
  seen.bytes = body.length;
  verifySignature(claim, body, secrets);
  if (body.length === 0) throw new WireError("InvalidArgumentException", "The body is empty: it is the record");
  let parsed: { readonly event: JsonNode | undefined } | undefined;
  const event = () => {
    parsed ??= { event: parseJsonObject(body) };
    return parsed.event;
  };
  const challenge = scheme.answersChallenge === true ? challengeIn(event()) : undefined;
  if (challenge !== undefined) return plainAnswer(200, { challenge }, request.id);
  const id = hook.idOf(request, event);
  const record = definition.record === "value" ? body : envelope(body, attributesOf(definition, request, id));
  requireRecordsFit(packRecords([record]), limits.recordBytes);
  const accepted = await store(hook, openDirectIntake(streams, definition.stream), record, id);
  return plainAnswer(200, { accepted, duplicates: 1 - accepted }, request.id);
}

function unknownHook(request: HttpRequest): HttpAnswer {
  const body = {
    code: "ResourceNotFoundException",
    message: "There is no hook of this name",
    action: "Check the address; hooks are named in the section hooks of the configuration.",
  };
  return plainAnswer(404, body, request.id);
}

/** What is signed is the body as it is sent, and what is stored has to be what was signed. */
function refusePacked(request: HttpRequest): void {
  const encoding = headerOf(request, "content-encoding") ?? "identity";
  if (encoding === "identity") return;
  const message = `Hooks take bodies as they are, got Content-Encoding "${encoding.slice(0, 40)}"`;
  throw new WireError("UnsupportedContentEncodingException", message);
}

function challengeIn(event: JsonNode | undefined): string | undefined {
  const textOf = (name: string) => {
    const value = event?.members().find((member) => member.name === name)?.value;
    return value?.kind === "string" ? value.text : undefined;
  };
  return textOf("type") === "url_verification" ? textOf("challenge") : undefined;
}

function attributesOf(
  { name, headers }: HookDefinition,
  request: RequestHead,
  id: string | undefined,
): EnvelopeAttributes {
  const chosen = headers.map((header) => [header, headerOf(request, header)] as const);
  return { hook: name, id, headers: Object.fromEntries(chosen) };
}

/** Resolves to 0 where the event was there already. */
async function store(
  { definition, once }: Hook,
  intake: ReturnType<Streams["intake"]>,
  record: Buffer,
  id: string | undefined,
): Promise<number> {
  let accepted = 0;
  await once.store({
    scope: `hook/${intake.stream.uid}/${definition.name}`,
    messages: [{ ...(id !== undefined && { id }) }],
    holdsMessage: (digest) => intake.holdsMessage(digest),
    append: async (fresh) => {
      if (fresh.length === 0) return;
      const messages = fresh.flatMap(({ digest }) => digest ?? []);
      const records = packRecords([record]);
      await intake.accept({ records, call: "hook", ...(messages.length > 0 && { messages }) });
      accepted = 1;
    },
  });
  return accepted;
}

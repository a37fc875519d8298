import { z } from "zod";
import { LakehoseError, reasonOf } from "../../../model/errors.ts";

/** What a registry tells of a schema (Confluent Schema Registry's REST API, which others speak too). */
export interface RegisteredSchema {
  readonly type: "AVRO" | "PROTOBUF" | "JSON";
  readonly schema: string;
  /** Other schemas that it uses, by the name that it calls them. */
  readonly references: readonly SchemaReference[];
}

export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface RegistryClientOptions {
  readonly url: string;
  readonly user?: { readonly name: string; readonly password: string };
  readonly signal: AbortSignal;
}

const ANSWER_MS_MAX = 10_000;

const answerSchema = z.object({
  schema: z.string(),
  schemaType: z.enum(["AVRO", "PROTOBUF", "JSON"]).default("AVRO"),
  references: z.array(z.object({ name: z.string(), subject: z.string(), version: z.int() })).default([]),
});

export class RegistryClient {
  readonly #options: RegistryClientOptions;

  constructor(options: RegistryClientOptions) {
    this.#options = options;
  }

  /** `undefined` when the registry knows no such schema. Throws where it gives no answer to the question. */
  byId(id: number): Promise<RegisteredSchema | undefined> {
    return this.#get(`/schemas/ids/${id}`);
  }

  bySubject({ subject, version }: SchemaReference): Promise<RegisteredSchema | undefined> {
    return this.#get(`/subjects/${encodeURIComponent(subject)}/versions/${version}`);
  }

  async #get(path: string): Promise<RegisteredSchema | undefined> {
    const { url, user, signal } = this.#options;
    const address = `${url.replace(/\/+$/, "")}${path}`;
    const timeout = AbortSignal.timeout(ANSWER_MS_MAX);
    const authorization =
      user === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}` };
    try {
      const response = await fetch(address, {
        headers: { accept: "application/vnd.schemaregistry.v1+json, application/json", ...authorization },
        redirect: "error",
        signal: AbortSignal.any([signal, timeout]),
      });
      if (response.status === 404) return undefined;
      const text = await response.text();
      if (response.ok) return parseAnswer(text);
      throw unavailable(`${address} answered ${response.status}: ${text.slice(0, 300)}`);
    } catch (error) {
      if (error instanceof LakehoseError) throw error;
      signal.throwIfAborted();
      if (timeout.aborted) throw unavailable(`${address} gave no answer within ${ANSWER_MS_MAX} ms`);
      throw unavailable(`${address} could not be read: ${reasonOf((error as Error).cause ?? error)}`, error);
    }
  }
}

function parseAnswer(text: string): RegisteredSchema {
  const { schemaType: type, schema, references } = answerSchema.parse(JSON.parse(text));
  return { type, schema, references };
}

/** Keeps the source from reading until the registry answers: without it nobody can say that a record is undecodable. */
function unavailable(message: string, cause?: unknown): LakehoseError {
  return new LakehoseError("schema-registry", `The schema registry is of no help: ${message}`, { cause });
}

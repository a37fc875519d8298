import { type StreamUpstreams, sourceOfStream } from "../api/firehose/source-of-stream.ts";
import { reasonOf } from "../model/errors.ts";
import { readSecret } from "../model/secret.ts";
import { sourceKinds } from "../sources/registry.ts";
import type { SourceDefinition } from "../sources/source-definition.ts";
import type { SourceComponents } from "../sources/source-kind.ts";
import { Sources } from "../sources/sources.ts";
import { sourceIntake } from "../streams/source-intake.ts";
import type { StreamDocument, Streams } from "../streams/streams.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import { SourceFollower } from "./source-follower.ts";

export interface OpenSourcesOptions extends Pick<SourceComponents, "clock" | "disk" | "random" | "telemetry"> {
  readonly configuration: Configuration;
  readonly streams: Streams;
  readonly upstreams: StreamUpstreams;
}

export type OpenedSources = ReturnType<typeof openSources>;

/** The sources of the configuration, all of them checked, and those that come with streams. None reads before `begin`. */
export function openSources({ configuration, streams, upstreams, ...world }: OpenSourcesOptions) {
  const { folder } = configuration;
  const sources = new Sources({
    kinds: sourceKinds,
    components: { ...world, folder, readSecret: (secret) => readSecret(secret, { folder, environment: process.env }) },
    intake: (stream) => sourceIntake(streams.intake(stream)),
  });
  const declared = Object.entries(configuration.sources).map(([name, settings]) => ({ name, ...settings }));
  for (const definition of declared) checkDeclared(sources, definition);
  const sourceOf = (document: StreamDocument) => sourceOfStream(document, upstreams);
  const follower = new SourceFollower({ sources, declared, streams, sourceOf, telemetry: world.telemetry });
  return { all: sources, begin: () => follower.begin() };
}

function checkDeclared(sources: Sources, definition: SourceDefinition): void {
  try {
    sources.check(definition);
  } catch (error) {
    throw new ConfigurationError(`sources.${definition.name}: ${reasonOf(error)}`, { cause: error });
  }
}

import { reasonOf } from "../model/errors.ts";
import { readSecret } from "../model/secret.ts";
import { sourceKinds } from "../sources/registry.ts";
import type { SourceDefinition } from "../sources/source-definition.ts";
import type { SourceComponents } from "../sources/source-kind.ts";
import { Sources } from "../sources/sources.ts";
import { sourceIntake } from "../streams/source-intake.ts";
import type { Streams } from "../streams/streams.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import type { Configuration } from "./configuration/load-configuration.ts";

export interface OpenSourcesOptions extends Pick<SourceComponents, "clock" | "disk" | "random" | "telemetry"> {
  readonly configuration: Configuration;
  readonly streams: Streams;
}

export type OpenedSources = ReturnType<typeof openSources>;

/** The sources of the configuration, all of them checked. None reads before `begin`. */
export function openSources({ configuration, streams, ...world }: OpenSourcesOptions) {
  const { folder } = configuration;
  const sources = new Sources({
    kinds: sourceKinds,
    components: { ...world, folder, readSecret: (secret) => readSecret(secret, { folder, environment: process.env }) },
    intake: (stream) => sourceIntake(streams.intake(stream)),
  });
  const definitions = Object.entries(configuration.sources).map(([name, settings]) => ({ name, ...settings }));
  for (const definition of definitions) checkDeclared(sources, definition);
  return { all: sources, begin: () => sources.set(definitions) };
}

function checkDeclared(sources: Sources, definition: SourceDefinition): void {
  try {
    sources.check(definition);
  } catch (error) {
    throw new ConfigurationError(`sources.${definition.name}: ${reasonOf(error)}`, { cause: error });
  }
}

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { cachePath } from "./cache.ts";
import { runTool } from "./run-tool.ts";
import { ServerError } from "./server.ts";

/** Pinned, because the newest plugin may ask for a newer Maven than a machine has. */
const DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

export interface MavenArtifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  readonly classifier: string;
  readonly sha256: string;
}

/** The path of an artifact's jar, which Maven fetches when the cache has none. */
export async function mavenArtifact(artifact: MavenArtifact): Promise<string> {
  const { group, name, version, classifier, sha256 } = artifact;
  const jar = await cachePath("maven", `${name}-${version}-${classifier}.jar`);
  if (existsSync(jar)) return jar;
  const folder = await cachePath("maven", "incoming", "jar");
  const coordinates = `${group}:${name}:${version}:jar:${classifier}`;
  const args = [
    "-q",
    "-B",
    `${DEPENDENCY_PLUGIN}:copy`,
    `-Dartifact=${coordinates}`,
    `-DoutputDirectory=${dirname(folder)}`,
  ];
  await runTool("mvn", args, "install Maven 3.8 or newer");
  const incoming = `${dirname(folder)}/${name}-${version}-${classifier}.jar`;
  const found = createHash("sha256")
    .update(await readFile(incoming))
    .digest("hex");
  if (found !== sha256) throw new ServerError(`Expected SHA-256 ${sha256} of ${coordinates}, got ${found}`);
  await rename(incoming, jar);
  return jar;
}

/** Fails in one sentence where Java is absent or older than `version`. */
export async function requireJava(version: number): Promise<void> {
  const hint = `install a Java ${version} runtime`;
  const output = await runTool("java", ["-version"], hint);
  const found = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1]);
  if (!(found >= version)) throw new ServerError(`Java ${version} or newer is needed and this is ${found}: ${hint}`);
}

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
  /** As Maven calls it and as its name ends. */
  readonly type: "jar" | "tar.gz";
  readonly sha256: string;
}

/** The path of an artifact's file, which Maven fetches when the cache has none. */
export async function mavenArtifact(artifact: MavenArtifact): Promise<string> {
  const { group, name, version, classifier, type, sha256 } = artifact;
  const fileName = `${name}-${version}-${classifier}.${type}`;
  const path = await cachePath("maven", fileName);
  if (existsSync(path)) return path;
  const incoming = await cachePath("maven", "incoming", fileName);
  const coordinates = `${group}:${name}:${version}:${type}:${classifier}`;
  const args = [
    "-q",
    "-B",
    `${DEPENDENCY_PLUGIN}:copy`,
    `-Dartifact=${coordinates}`,
    `-DoutputDirectory=${dirname(incoming)}`,
  ];
  await runTool("mvn", args, "install Maven 3.8 or newer");
  const found = createHash("sha256")
    .update(await readFile(incoming))
    .digest("hex");
  if (found !== sha256) throw new ServerError(`Expected SHA-256 ${sha256} of ${coordinates}, got ${found}`);
  await rename(incoming, path);
  return path;
}

/** The folder that an artifact's archive was unpacked into; a mark that is written last tells that all of it was. */
export async function mavenArchive(artifact: MavenArtifact): Promise<string> {
  const folder = await cachePath("maven", `${artifact.name}-${artifact.version}`);
  const mark = join(folder, "complete");
  if (existsSync(mark)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await runTool("tar", ["-xf", await mavenArtifact(artifact), "-C", folder], "install tar");
  await writeFile(mark, `${artifact.sha256}\n`);
  return folder;
}

/** Fails in one sentence where Java is absent or older than `version`. */
export async function requireJava(version: number): Promise<void> {
  const hint = `install a Java ${version} runtime`;
  const output = await runTool("java", ["-version"], hint);
  const found = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1]);
  if (!(found >= version)) throw new ServerError(`Java ${version} or newer is needed and this is ${found}: ${hint}`);
}

import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cachePath } from "./cache.ts";
import { runTool } from "./run-tool.ts";

/** Pinned, because the newest plugin may ask for a newer Maven than a machine has. */
const DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/**
 * The folder of jars of these artifacts (`group:name:version`) and of all that they stand on. Its name carries the
 * versions, and a mark that is written last tells a finished folder from one that was cut short.
 */
export async function mavenClasspath(name: string, artifacts: readonly string[]): Promise<string> {
  const versions = artifacts.map((one) => one.split(":").slice(1).join("-")).join("_");
  const folder = await cachePath("maven", `${name}_${versions}`);
  const mark = join(folder, "complete");
  if (existsSync(mark)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const pom = join(folder, "pom.xml");
  await writeFile(pom, pomOf(artifacts));
  const args = ["-q", "-B", "-f", pom, `${DEPENDENCY_PLUGIN}:copy-dependencies`, "-DincludeScope=runtime"];
  await runTool("mvn", [...args, `-DoutputDirectory=${dirname(pom)}`], "install Maven 3.8 or newer");
  await writeFile(mark, `${artifacts.join("\n")}\n`);
  return folder;
}

function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((one) => {
    const [group, name, version] = one.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    "<groupId>lakehose</groupId><artifactId>readers</artifactId><version>1</version>",
    `<dependencies>${dependencies.join("")}</dependencies></project>`,
  ].join("\n");
}

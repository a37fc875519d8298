import { cp, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { requireJava } from "./maven-artifact.ts";
import { mavenClasspath } from "./maven-classpath.ts";
import type { ServerDefinition } from "./server.ts";
import { unprivileged } from "./unprivileged.ts";

/**
 * OpenSearch is published as jars and not as something that runs. This puts them where an installation has them: `lib` is
 * the server, and each module is a folder with a description and a class loader of its own. Modules: HTTP, the types of
 * fields that are not in the core, the analysis of text.
 */
const VERSION = "2.19.1";
const ARTIFACTS = [
  `org.opensearch:opensearch:${VERSION}`,
  `org.opensearch:opensearch-plugin-classloader:${VERSION}`,
  `org.opensearch.plugin:transport-netty4-client:${VERSION}`,
  `org.opensearch.plugin:mapper-extras-client:${VERSION}`,
  `org.opensearch.plugin:analysis-common:${VERSION}`,
  "org.apache.logging.log4j:log4j-core:2.21.0",
];

interface Module {
  readonly name: string;
  readonly className: string;
  /** Its jars, which may not stand among those of the server as well. */
  readonly jars: RegExp;
}

const MODULES: readonly Module[] = [
  {
    name: "transport-netty4",
    className: "org.opensearch.transport.Netty4Plugin",
    jars: /^(netty|transport-netty4)-/,
  },
  { name: "mapper-extras", className: "org.opensearch.index.mapper.MapperExtrasPlugin", jars: /^mapper-extras-/ },
  {
    name: "analysis-common",
    className: "org.opensearch.analysis.common.CommonAnalysisPlugin",
    jars: /^analysis-common-/,
  },
];

/** Sockets are forbidden to modules that nobody grants them. */
const GRANT = "grant { permission java.security.AllPermission; };\n";

const LOGGING = [
  "rootLogger.level = error",
  "appender.console.type = Console",
  "appender.console.name = console",
  "appender.console.layout.type = PatternLayout",
  "appender.console.layout.pattern = %p %c %m%n",
  "rootLogger.appenderRef.console.ref = console",
];

/** Every Linux has this user, and nothing belongs to it. */
const USER = "nobody";

/** One node of OpenSearch without the security plugin. */
export const opensearch: ServerDefinition = {
  name: "opensearch",
  summary: "OpenSearch, one node (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    await mavenClasspath("opensearch", ARTIFACTS);
  },
  launch: async (folder) => {
    const port = await freePort();
    await layOut(folder, await mavenClasspath("opensearch", ARTIFACTS));
    await configure(folder, port, await freePort());
    // The server refuses to run as root.
    const { prefix } = await unprivileged(folder, USER, "add a user nobody");
    const flags = ["-Xms384m", "-Xmx384m", "-XX:+UseSerialGC", "-Dlog4j2.disable.jmx=true"];
    const places = [
      `-Djava.io.tmpdir=${join(folder, "temporary")}`,
      `-Dopensearch.path.home=${folder}`,
      `-Dopensearch.path.conf=${join(folder, "config")}`,
    ];
    const main = ["-cp", join(folder, "lib", "*"), "org.opensearch.bootstrap.OpenSearch", "-E", `http.port=${port}`];
    const [command = "", ...args] = [...prefix, "java", ...flags, ...places, ...main];
    const address = `http://127.0.0.1:${port}`;
    return { command, args, address, isReady: () => takesDocuments(address) };
  },
  environment: (address) => ({ LAKEHOSE_TEST_OPENSEARCH: address ?? "" }),
};

async function layOut(folder: string, jars: string): Promise<void> {
  const library = join(folder, "lib");
  await cp(jars, library, { recursive: true, filter: (path) => path === jars || path.endsWith(".jar") });
  for (const name of ["config", "data", "logs", "temporary", "plugins"]) await mkdir(join(folder, name));
  for (const { name, className, jars: wanted } of MODULES) {
    const module = join(folder, "modules", name);
    await mkdir(module, { recursive: true });
    for (const jar of await readdir(library)) {
      if (wanted.test(jar)) await rename(join(library, jar), join(module, jar));
    }
    const versions = { version: VERSION, "opensearch.version": VERSION, "java.version": "11" };
    const description = { name, description: name, ...versions, classname: className };
    await writeProperties(join(module, "plugin-descriptor.properties"), description);
    await writeFile(join(module, "plugin-security.policy"), GRANT);
  }
}

async function configure(folder: string, port: number, transportPort: number): Promise<void> {
  const settings = {
    "network.host": "127.0.0.1",
    "http.port": port,
    "transport.port": transportPort,
    "discovery.type": "single-node",
    // The disk of a developer may be nearly full, and an index that turned read-only would be a riddle.
    "cluster.routing.allocation.disk.threshold_enabled": false,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}\n`);
  await writeFile(join(folder, "config", "opensearch.yml"), lines.join(""));
  await writeFile(join(folder, "config", "log4j2.properties"), `${LOGGING.join("\n")}\n`);
}

function writeProperties(path: string, properties: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  return writeFile(path, lines.join(""));
}

async function takesDocuments(address: string): Promise<boolean> {
  const response = await fetch(`${address}/_cluster/health?wait_for_status=yellow&timeout=1s`);
  return response.ok;
}

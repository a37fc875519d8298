/**
 * `npm run smoke`: packs what would be published, installs it in a folder of its own as a stranger would, and uses it: the
 * command from start to stop, worker threads, functions, SQL, the library and its types. Nothing of the checkout helps but
 * its Node. `--keep` leaves the folder for a look.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** What is published is code and its types; data, tests and pictures would show here. */
const PACKED_BYTES_MAX = 4 * 1024 * 1024;

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lakehose-smoke-"));
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
// The `node` of the command's first line has to be the one that runs this, which a checkout brings along.
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
};

/** A query that only jq itself answers, so that its worker thread has to start, and a function in a process of its own. */
const CONFIGURATION = `
streams:
  - DeliveryStreamName: clicks
    ExtendedS3DestinationConfiguration:
      RoleARN: arn:aws:iam::000000000000:role/any
      BucketARN: arn:aws:s3:::lake
      Prefix: clicks/page=!{partitionKeyFromQuery:page}/
      ErrorOutputPrefix: errors/
      BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 900 }
      DynamicPartitioningConfiguration: { Enabled: true }
      ProcessingConfiguration:
        Enabled: true
        Processors:
          - Type: Lambda
            Parameters: [{ ParameterName: LambdaArn, ParameterValue: "arn:aws:lambda:us-east-1:000000000000:function:upper" }]
          - Type: MetadataExtraction
            Parameters:
              - { ParameterName: MetadataExtractionQuery, ParameterValue: "{page: (.page | gsub(\\"/\\"; \\"-\\"))}" }
              - { ParameterName: JsonParsingEngine, ParameterValue: JQ-1.6 }
`;

try {
  const packed = pack();
  install(packed);
  await useCommand();
  useLibrary();
  process.stdout.write(`${packed.name} works from ${folder}\n`);
} finally {
  if (!process.argv.includes("--keep")) rmSync(folder, { recursive: true, force: true });
}

function run(command: string, argv: readonly string[], cwd: string, input = ""): string {
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd, env: environment, encoding: "utf8", input });
  assert.equal(status, 0, `${command} ${argv.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

function pack(): { readonly path: string; readonly name: string } {
  run("npm", ["pack", "--pack-destination", folder, "--loglevel", "error"], root);
  const [name, ...others] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  assert.ok(name !== undefined && others.length === 0, "npm pack made one file");
  const path = join(folder, name);
  const bytes = readFileSync(path).length;
  const files = run("tar", ["-tzf", path], folder).trim().split("\n");
  process.stdout.write(`${name}: ${(bytes / 1024 ** 2).toFixed(1)} MiB, ${files.length} files\n`);
  assert.ok(bytes <= PACKED_BYTES_MAX, `at most ${PACKED_BYTES_MAX} bytes, got ${bytes}`);
  const strangers = files.filter((file) => /\.test\.|\/(src|test|bench|scripts|node_modules)\//.test(file));
  assert.deepEqual(strangers, []);
  const wanted = ["bin/lakehose.mjs", "dist/server/index.d.ts", "LICENSE"];
  if (existsSync(join(root, "console", "package.json"))) wanted.push("console/dist/index.html");
  for (const file of wanted) assert.ok(files.includes(`package/${file}`), file);
  return { path, name };
}

/** Own dependencies only: what the code needs and package.json does not name is missing here. */
function install({ path }: { readonly path: string }): void {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error", path], folder);
}

async function useCommand(): Promise<void> {
  writeFunction(join(folder, "data", "functions", "upper"));
  const configuration = join(folder, "lakehose.yaml");
  writeFileSync(configuration, CONFIGURATION);
  const argv = ["up", "--port", "0", "--data", "data", "--config", configuration];
  // What npx would start: npx itself has no exit code of a server that a signal stops. A group of its own takes functions
  // along, also when something here fails.
  const server = spawn(join(folder, "node_modules", ".bin", "lakehose"), argv, {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const complaints = text(server.stderr);
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
  const signal = (name: NodeJS.Signals) => process.kill(-(server.pid ?? 0), name);
  try {
    const url = await readyAt(server.stdout);
    const lakehose = (argv: readonly string[], input = "") =>
      run("npx", ["--no-install", "lakehose", "--endpoint", url, ...argv], folder, input);
    lakehose(["put", "clicks"], '{"page":"/a"}\n{"page":"/b"}\n');
    lakehose(["streams", "flush", "clicks"]);
    const objects = readdirSync(join(folder, "data", "buckets", "lake"), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      objects
        .filter((one) => one.isFile())
        .map(folderOf)
        .sort(),
      ["page=-A", "page=-B"],
    );
    lakehose(["crawl", "s3://lake/clicks/", "--database", "web"]);
    assert.match(lakehose(["sql", "SELECT count(*) FROM web.clicks"]), /^\s*2$/m);
    assert.match(lakehose(["--version"]), /^\d+\.\d+\.\d+/);
    signal("SIGTERM");
    assert.equal(await ended, 0);
  } catch (error) {
    if (server.exitCode === null) signal("SIGKILL");
    throw new Error(`${String(error)}\n${await complaints}`, { cause: error });
  }
}

function folderOf({ parentPath }: { readonly parentPath: string }): string {
  return basename(parentPath);
}

function writeFunction(at: string): void {
  mkdirSync(at, { recursive: true });
  writeFileSync(
    join(at, "index.mjs"),
    `export async function handler({ records }) {
  return { records: records.map(({ recordId, data }) => ({
    recordId, result: "Ok", data: Buffer.from(Buffer.from(data, "base64").toString().replace(/\\/[a-z]/, (page) => page.toUpperCase())).toString("base64"),
  })) };
}
`,
  );
}

async function readyAt(stdout: AsyncIterable<Buffer>): Promise<string> {
  let seen = "";
  for await (const chunk of stdout) {
    seen += chunk.toString();
    const [, url] = /lakehose is ready at (\S+)/.exec(seen) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`expected "lakehose is ready at", got ${JSON.stringify(seen)}`);
}

/** Another project's program in TypeScript, checked and run. */
function useLibrary(): void {
  writeFileSync(
    join(folder, "program.ts"),
    `import { start, type Lakehose } from "lakehose";

const lakehose: Lakehose = await start();
const url: string = lakehose.url;
await lakehose.close();
console.log(url);
`,
  );
  const options = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--types",
    "node",
  ];
  const types = ["--typeRoots", join(root, "node_modules", "@types")];
  const check = [compiler, ...options, ...types];
  run(process.execPath, [...check, "program.ts"], folder);
  assert.match(run(process.execPath, ["program.ts"], folder), /^http:\/\/127\.0\.0\.1:\d+$/m);
  // Types that were not found would be \`any\`, and refuse nothing.
  writeFileSync(
    join(folder, "wrong.ts"),
    'import { start } from "lakehose";\nexport const url: number = (await start()).url;\n',
  );
  assert.notEqual(spawnSync(process.execPath, [...check, "wrong.ts"], { cwd: folder }).status, 0);
}

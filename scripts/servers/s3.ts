import { freePort } from "./free-port.ts";
import { mavenArtifact, requireJava } from "./maven-artifact.ts";
import type { ServerDefinition } from "./server.ts";

/** The last major line runs on Java 17; the checksum is that of the file on Maven Central. */
const ARTIFACT = {
  group: "com.adobe.testing",
  name: "s3mock",
  version: "5.2.0",
  classifier: "exec",
  type: "jar",
  sha256: "dd7c192fef0005374dec507317ae946eaa5beeffeb4e901d8b97f7fd2ddfb741",
} as const;

/** Adobe S3Mock: an S3 server on the JVM that honours conditions on PUT and completion. */
export const s3: ServerDefinition = {
  name: "s3",
  summary: "Adobe S3Mock, an S3 server on the JVM (Java 17, Maven)",
  install: async () => {
    await requireJava(17);
    await mavenArtifact(ARTIFACT);
  },
  launch: async (folder) => {
    const [http, https] = [await freePort(), await freePort()];
    const args = [
      "-Xmx512m",
      "-jar",
      await mavenArtifact(ARTIFACT),
      "--server.address=127.0.0.1",
      `--server.port=${https}`,
      `--http.port=${http}`,
      `--com.adobe.testing.s3mock.store.root=${folder}/store`,
      // Parts and single objects of the tests are larger than the 10 MB that it takes as it comes.
      "--com.adobe.testing.s3mock.max-payload-size=128MB",
    ];
    const address = `http://127.0.0.1:${http}`;
    return {
      command: "java",
      args,
      address,
      isReady: async () => (await fetch(`${address}/favicon.ico`)).status < 500,
    };
  },
  environment: (address) => ({ LAKEHOSE_TEST_S3: address ?? "" }),
};

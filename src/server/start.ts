import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import type { configurationSchema } from "./configuration/configuration-schema.ts";
import { parseConfiguration, readConfigurationFile } from "./configuration/load-configuration.ts";
import { type DeliveredRecord, deliveredRecords } from "./delivered-records.ts";
import { openServer } from "./open-server.ts";

/** As in the configuration file. By default: a free port on loopback, a temporary data folder, a silent log. */
export type StartOptions = z.input<typeof configurationSchema> & {
  /**
   * A configuration file. The other options go before what it says, and so do the defaults for port, data folder and log:
   * a test never touches the data of the server that the file is for.
   */
  readonly config?: string;
};

export interface Lakehose {
  /** What producers take as their endpoint. */
  readonly url: string;
  readonly port: number;
  /** Delivers everything accepted before the call, of one stream or of all; resolves when it has landed. */
  flush(stream?: string): Promise<void>;
  /** What the stream has delivered so far, read back from the lake. Call `flush` first to see all that was accepted. */
  records(stream: string): AsyncIterable<DeliveredRecord>;
  /** Stops the server. A data folder that was made for it is removed. */
  close(): Promise<void>;
}

/**
 * A whole server inside this process, for tests of programs that produce to Firehose.
 *
 * @example
 * const lakehose = await start({ streams: [{ DeliveryStreamName: "clicks", ExtendedS3DestinationConfiguration: … }] });
 * // … point the AWS SDK at lakehose.url …
 * await lakehose.flush("clicks");
 * for await (const { bytes } of lakehose.records("clicks")) console.log(JSON.parse(bytes.toString()));
 * await lakehose.close();
 */
export async function start(options: StartOptions = {}): Promise<Lakehose> {
  const temporary = options.data === undefined ? await mkdtemp(join(tmpdir(), "lakehose-")) : undefined;
  const removeTemporary = async () => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  try {
    const { config, ...own } = options;
    const configuration = parseConfiguration(config === undefined ? "" : readConfigurationFile(config), {
      path: config ?? "options of start()",
      environment: process.env,
      overlay: { port: 0, logLevel: "silent", data: temporary, ...own },
    });
    const server = await openServer(configuration);
    const { url, port, streams, stores } = server;
    return {
      url,
      port,
      flush: async (stream) => {
        const active = streams.list().filter(({ status }) => status === "ACTIVE");
        const names = stream === undefined ? active.map(({ name }) => name) : [stream];
        const { signal } = new AbortController();
        await Promise.all(names.map((name) => streams.flush(name, signal)));
      },
      records: (stream) => {
        const document = streams.get(stream);
        if (document === undefined) throw new Error(`There is no stream ${stream}`);
        return deliveredRecords(document, stores);
      },
      close: async () => {
        await server.close();
        await removeTemporary();
      },
    };
  } catch (error) {
    await removeTemporary();
    throw error;
  }
}

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Random } from "../../src/std/random.ts";

/**
 * A network between a client and a server that breaks on demand, below HTTP:
 *
 * - `pass` carries everything;
 * - `swallow` carries what the client says, and breaks the connection on the way back half of the time: the server has
 *   done what it was asked, and the client cannot know;
 * - `down` breaks all connections and refuses new ones.
 */
export type NetworkState = "pass" | "swallow" | "down";

export interface FlakyProxy {
  /** `http://127.0.0.1:PORT`, in place of the server's own. */
  readonly address: string;
  state: NetworkState;
  /** Connections that were broken so far. */
  readonly broken: number;
  close(): Promise<void>;
}

const ANSWERS_LOST = 0.5;

export interface FlakyProxyOptions {
  /** For servers that tell their clients an address of their own: what the server says, in the bytes of the proxy. */
  readonly rewrite?: (bytes: Buffer, proxyPort: number) => Buffer;
}

export async function startFlakyProxy(
  target: string,
  random: Random,
  { rewrite = (bytes) => bytes }: FlakyProxyOptions = {},
): Promise<FlakyProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let state: NetworkState = "pass";
  let broken = 0;
  // Without waiting for small packets to gather, which would slow down talkative protocols as no network does.
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: Number(port), host: hostname, noDelay: true });
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        open.delete(socket);
        cut();
      });
    }
    if (state === "down") {
      broken++;
      return cut();
    }
    client.pipe(upstream);
    upstream.on("data", (bytes) => {
      if (state === "swallow" && random.fraction() < ANSWERS_LOST) {
        broken++;
        cut();
      } else client.write(rewrite(bytes, (server.address() as AddressInfo).port));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get state() {
      return state;
    },
    set state(next) {
      state = next;
      if (next === "down") for (const socket of open) socket.destroy();
    },
    get broken() {
      return broken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

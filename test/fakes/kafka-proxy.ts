import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to one broker on which a kind of request goes wrong, on every connection until told otherwise: `cut` breaks the
 * connection before the broker sees the request, `swallow` lets the broker do it and breaks the connection in place of the
 * answer, the first time, and cuts from then on; `hang` lets nothing through and says nothing; `mute` lets the broker do it
 * and says nothing.
 */
export type RequestFault = "cut" | "swallow" | "hang" | "mute";

/** Kinds of requests by their key in Kafka's protocol. */
export const PRODUCE = 0;
export const END_TRANSACTION = 26;

export interface KafkaProxy {
  /** HOST:PORT, in place of the broker's own. */
  readonly broker: string;
  /** What goes wrong with which requests. */
  fault: { readonly kind: RequestFault; readonly api: number } | undefined;
  /** Requests that something went wrong with. */
  readonly broken: number;
  close(): Promise<void>;
}

export async function startKafkaProxy(broker: string): Promise<KafkaProxy> {
  const [host = "", port = ""] = broker.split(":");
  const rewrite = advertise(host, port);
  const open = new Set<Socket>();
  const state: { fault: KafkaProxy["fault"]; broken: number } = { fault: undefined, broken: 0 };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: Number(port), host, noDelay: true });
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
    let onAnswer: "pass" | "cut" | "drop" = "pass";
    const onRequest = requestSplitter((request) => {
      const { fault } = state;
      if (fault === undefined || request.readInt16BE(4) !== fault.api) return upstream.write(request);
      state.broken++;
      if (fault.kind === "cut") return cut();
      if (fault.kind === "hang") return;
      onAnswer = fault.kind === "mute" ? "drop" : "cut";
      if (fault.kind === "swallow") state.fault = { ...fault, kind: "cut" };
      return upstream.write(request);
    });
    client.on("data", onRequest);
    upstream.on("data", (bytes) => {
      if (onAnswer === "cut") cut();
      else if (onAnswer === "pass") client.write(rewrite(bytes, (server.address() as AddressInfo).port));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    broker: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get fault() {
      return state.fault;
    },
    set fault(fault) {
      state.fault = fault;
    },
    get broken() {
      return state.broken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** The broker tells clients where it is, host and port; they shall come through the proxy all the same. */
export function advertise(host: string, port: string): (bytes: Buffer, proxyPort: number) => Buffer {
  const own = address(host, Number(port));
  return (bytes, proxyPort) => {
    const rewritten = Buffer.from(bytes);
    for (let at = rewritten.indexOf(own); at >= 0; at = rewritten.indexOf(own, at + own.length)) {
      address(host, proxyPort).copy(rewritten, at);
    }
    return rewritten;
  };
}

function address(host: string, port: number): Buffer {
  const bytes = Buffer.alloc(host.length + 4);
  bytes.write(host);
  bytes.writeInt32BE(port, host.length);
  return bytes;
}

/** Whole requests of a connection, each with its length before it. */
function requestSplitter(onRequest: (request: Buffer) => unknown): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      onRequest(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}

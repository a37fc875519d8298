import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A network between a client and a server that speaks PostgreSQL's protocol without TLS, which breaks once, when a statement
 * goes by:
 *
 * - `before`: the connection breaks and the server never hears of it;
 * - `after`: the server does it, and the connection breaks instead of the answer;
 * - `hang`: the server never hears of it, and nobody says anything any more.
 */
export type StatementFault = "before" | "after" | "hang";

export interface StatementProxy {
  readonly port: number;
  /** What happens at the next statement with this text in it, once. */
  failAt(statement: string, fault: StatementFault): void;
  close(): Promise<void>;
}

export async function startStatementProxy(target: { host: string; port: number }): Promise<StatementProxy> {
  let armed: { readonly statement: string; readonly fault: StatementFault } | undefined;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ ...target, noDelay: true });
    let state: "pass" | "cut at answer" | "silent" = "pass";
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        open.delete(socket);
        // Who hangs does not tell the server that its client has gone either.
        if (state !== "silent") cut();
      });
    }
    client.on("data", (bytes) => {
      if (armed !== undefined && bytes.includes(armed.statement)) {
        const { fault } = armed;
        armed = undefined;
        if (fault === "before") return cut();
        state = fault === "after" ? "cut at answer" : "silent";
      }
      if (state !== "silent") upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      if (state === "cut at answer") cut();
      else if (state === "pass") client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    failAt: (statement, fault) => {
      armed = { statement, fault };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

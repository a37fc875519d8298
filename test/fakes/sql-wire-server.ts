import { type AddressInfo, createServer, type Socket } from "node:net";

/**
 * The server's side of PostgreSQL's protocol (version 3, "Frontend/Backend Protocol"), as far as simple queries need it:
 * start-up without TLS, a password in clear text, one statement after the other, texts as answers.
 */
export interface SqlAnswer {
  /** `SELECT 1`, `COMMIT`. */
  readonly tag: string;
  readonly rows?: readonly (readonly string[])[];
}

export class SqlFailure extends Error {
  override readonly name = "SqlFailure";
  readonly state: string;

  constructor(state: string, message: string) {
    super(message);
    this.state = state;
  }
}

/** One connection; `closed` is called when it is gone. */
export interface SqlSession {
  /** Rejects with a `SqlFailure` to answer with an error, with `"cut"` to break the connection instead of answering. */
  run(sql: string): Promise<SqlAnswer>;
  closed(): void;
}

export interface SqlWireServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startSqlWireServer(password: string, open: () => SqlSession): Promise<SqlWireServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, password, open()).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const SSL_REQUEST = 80877103;

async function serve(socket: Socket, password: string, session: SqlSession): Promise<void> {
  let isStarted = false;
  try {
    for await (const { type, body } of messagesOf(socket)) {
      if (type === "" && body.readInt32BE(0) === SSL_REQUEST) socket.write("N");
      else if (type === "") socket.write(message("R", int32(3)));
      else if (type === "p") {
        isStarted = text(body) === password;
        if (!isStarted) return void socket.end(failure(new SqlFailure("28P01", "password authentication failed")));
        socket.write(Buffer.concat([message("R", int32(0)), READY]));
      } else if (type === "Q" && isStarted) socket.write(await answer(session, text(body)));
      else return;
    }
  } finally {
    session.closed();
    socket.destroy();
  }
}

async function answer(session: SqlSession, sql: string): Promise<Buffer> {
  try {
    const { tag, rows = [] } = await session.run(sql);
    const described = rows.length === 0 ? [] : [rowDescription(rows[0]?.length ?? 0)];
    const complete = message("C", Buffer.from(`${tag}\0`));
    return Buffer.concat([...described, ...rows.map(dataRow), complete, READY]);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    return Buffer.concat([failure(error), READY]);
  }
}

/** The first ones, until the start-up is over, have no type. */
async function* messagesOf(socket: Socket): AsyncGenerator<{ readonly type: string; readonly body: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) break;
      const length = rest.readInt32BE(head);
      if (rest.length < head + length) break;
      const body = rest.subarray(head + 4, head + length);
      const type = isStarted ? String.fromCharCode(rest[0] ?? 0) : "";
      rest = rest.subarray(head + length);
      if (!isStarted) isStarted = body.readInt32BE(0) !== SSL_REQUEST;
      yield { type, body };
    }
  }
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

const READY = message("Z", Buffer.from("I"));

function failure({ state, message: said }: SqlFailure): Buffer {
  return message("E", Buffer.from(`SERROR\0C${state}\0M${said}\0\0`));
}

/** Columns of the type text. */
function rowDescription(columns: number): Buffer {
  const column = Buffer.concat([
    Buffer.from("column\0"),
    int32(0),
    int16(0),
    int32(25),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
  return message("T", Buffer.concat([int16(columns), ...Array.from({ length: columns }, () => column)]));
}

function dataRow(values: readonly string[]): Buffer {
  const fields = values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]);
  return message("D", Buffer.concat([int16(values.length), ...fields]));
}

function text(body: Buffer): string {
  return body.toString("utf8", 0, body.length - 1);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

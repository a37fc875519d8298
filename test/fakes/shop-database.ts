import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of one test on a real server; goes with it. */
export async function shopDatabase(address: string) {
  const url = new URL(address);
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = await connect(url, "postgres");
  await admin.query(`CREATE DATABASE ${name}`);
  const client = await connect(url, name);
  return {
    name,
    client,
    source: {
      host: url.hostname,
      port: Number(url.port),
      database: name,
      user: url.username,
      password: { env: PASSWORD_VARIABLE },
      tls: { caFile: url.searchParams.get("sslrootcert") ?? "" },
    },
    /** Ends all other sessions in the database, as an administrator or a crash does. */
    cutOff: () =>
      admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lakehose export' AND datname = $1",
        [name],
      ),
    close: async () => {
      await client.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

export type ShopDatabase = Awaited<ReturnType<typeof shopDatabase>>;

/** Where exports find the password of the server. */
export const PASSWORD_VARIABLE = "LAKEHOSE_TEST_PASSWORD";

async function connect(url: URL, database: string): Promise<pg.Client> {
  const password = decodeURIComponent(url.password);
  const { hostname: host, username: user } = url;
  const client = new pg.Client({ host, port: Number(url.port), user, password, database });
  await client.connect();
  return client;
}

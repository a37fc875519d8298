import { randomBytes } from "node:crypto";
import pg from "pg";
import { CUSTOMERS, PRODUCTS } from "./shop.ts";

/** The shop's database on a real PostgreSQL, and how the export job finds it. */
export interface ShopDatabase {
  readonly source: { readonly [name: string]: string | number | object };
  close(): Promise<void>;
}

/** Where the export job finds the password. */
const PASSWORD_VARIABLE = "SHOP_DATABASE_PASSWORD";

const TABLES = `
  CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, country text NOT NULL);
  CREATE TABLE products (id int PRIMARY KEY, category text NOT NULL, description text NOT NULL)`;

/** Makes a database with the tables of the shop in it, for this run alone. */
export async function openShopDatabase(address: string): Promise<ShopDatabase> {
  const url = new URL(address);
  const password = decodeURIComponent(url.password);
  const server = { host: url.hostname, port: Number(url.port), user: url.username };
  const database = `shop_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ ...server, password, database: "postgres" });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  const shop = new pg.Client({ ...server, password, database });
  await shop.connect();
  await shop.query(TABLES);
  await insert(shop, "customers", CUSTOMERS);
  await insert(shop, "products", PRODUCTS);
  await shop.end();
  process.env[PASSWORD_VARIABLE] = password;
  const caFile = url.searchParams.get("sslrootcert");
  return {
    source: { ...server, database, password: { env: PASSWORD_VARIABLE }, tls: caFile === null ? "off" : { caFile } },
    close: async () => {
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await admin.end();
    },
  };
}

async function insert(client: pg.Client, table: string, rows: readonly object[]): Promise<void> {
  await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(rows),
  ]);
}

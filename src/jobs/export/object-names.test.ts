import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../std/random.ts";
import { catalogName, columnNames, dateOf, keyPart, newRunName, objectName, tableFolder } from "./object-names.ts";

test("keyPart leaves nothing that a key could be cut by, and keeps letters of any script", () => {
  assert.equal(keyPart("orders_2026-x"), "orders_2026-x");
  assert.equal(keyPart("Größe"), "Größe");
  assert.equal(keyPart('a.b/c "d"%='), "a%2Eb%2Fc%20%22d%22%25%3D");
  assert.equal(keyPart(".."), "%2E%2E");
});

test("tableFolder gives different names different folders", () => {
  assert.equal(tableFolder("warehouse/", "public", "orders"), "warehouse/public.orders/");
  assert.notEqual(tableFolder("", "a.b", "c"), tableFolder("", "a", "b.c"));
});

test("newRunName sorts by time and is never the same twice", () => {
  const random = seededRandom(1);
  const at = Date.UTC(2026, 10, 22, 2, 28, 13);
  const [first, second] = [newRunName(at, random), newRunName(at, random)];
  assert.match(first, /^20261122T022813Z-[0-9a-f]{8}$/);
  assert.notEqual(first, second);
  assert.ok(newRunName(at + 1000, random) > first);
});

test("dateOf is the date in UTC", () => {
  assert.equal(dateOf(Date.UTC(2026, 10, 22, 23, 59, 59)), "2026-11-22");
});

test("objectName counts from one", () => {
  assert.equal(objectName("a/dt=2026-11-22/", 0, ".csv.gz"), "a/dt=2026-11-22/part-00001.csv.gz");
});

test("catalogName needs no quotes in SQL", () => {
  assert.equal(catalogName("public", 'Größe: "X"'), "public_große___x_".replace("ß", "_"));
  assert.equal(catalogName("shop", "Étage"), "shop_etage");
});

test("columnNames tells apart what differs in letter case alone", () => {
  assert.deepEqual(columnNames(["id", "ID", "Id", "id_2", "name"]), ["id", "ID_3", "Id_4", "id_2", "name"]);
});

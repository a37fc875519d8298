import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crawlWorld } from "../../../test/fakes/crawl-world.ts";

/** What a crawl makes of one file. */
async function tableOf(content: string | Buffer) {
  const { put, run, catalog } = await crawlWorld();
  await put("t/file", content);
  await run();
  const { storageDescriptor, parameters } = catalog.table("d", "t")?.definition ?? {};
  const { serializationLibrary, parameters: serde } = storageDescriptor?.serdeInfo ?? {};
  return { library: serializationLibrary?.split(".").at(-1), serde, input: storageDescriptor?.inputFormat, parameters };
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../test/fixtures/crawler/${name}`, import.meta.url));
}

test("a text with delimiters is read by LazySimpleSerDe, one with quotes by OpenCSVSerde", async () => {
  const bare = await tableOf("id\tname\n1\tAda\n2\tBob\n");
  assert.deepEqual([bare.library, bare.serde?.["field.delim"]], ["LazySimpleSerDe", "\t"]);
  assert.equal(bare.parameters?.["skip.header.line.count"], "1");
  const quoted = await tableOf(fixture("quoted.csv"));
  const { separatorChar, quoteChar } = quoted.serde ?? {};
  assert.deepEqual([quoted.library, separatorChar, quoteChar], ["OpenCSVSerde", ";", '"']);
  assert.equal((await tableOf(fixture("tabs.tsv"))).parameters?.["skip.header.line.count"], undefined);
});

test("the regular expression of an access log has a group for each column", async () => {
  for (const [name, columns] of [
    ["common.log", 7],
    ["combined.log", 9],
  ] as const) {
    const { library, serde } = await tableOf(fixture(name));
    const [line = ""] = fixture(name).toString().split("\n");
    const groups = new RegExp(serde?.["input.regex"] ?? "").exec(line)?.slice(1);
    assert.deepEqual([library, groups?.length, groups?.[0]], ["RegexSerDe", columns, line.split(" ")[0]]);
  }
});

test("an Avro table carries the schema that its reader goes by", async () => {
  const { library, serde, parameters } = await tableOf(fixture("table.avro"));
  assert.equal(library, "AvroSerDe");
  assert.equal(serde?.["avro.schema.literal"], parameters?.["avro.schema.literal"]);
  assert.equal((JSON.parse(serde?.["avro.schema.literal"] ?? "") as { name: string }).name, "shop.Visit");
});

test("formats with columns have the input formats of Hive", async () => {
  const inputs = await Promise.all(["table.parquet", "zlib.orc", "table.avro"].map((name) => tableOf(fixture(name))));
  assert.deepEqual(
    inputs.map(({ input }) => input?.split(".").at(-1)),
    ["MapredParquetInputFormat", "OrcInputFormat", "AvroContainerInputFormat"],
  );
});

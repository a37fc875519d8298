import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";

const { LAKEHOSE_TEST_SCHEMA_REGISTRY } = process.env;

const SCHEMAS = {
  AVRO: '{"type":"record","name":"Sale","fields":[{"name":"price","type":"int"}]}',
  JSON: '{"type":"object","properties":{"price":{"type":"integer"}}}',
  PROTOBUF: 'syntax = "proto3";\n\nmessage Sale {\n  int32 price = 1;\n}\n',
};

const skip = !LAKEHOSE_TEST_SCHEMA_REGISTRY && "LAKEHOSE_TEST_SCHEMA_REGISTRY is not set";

describe("schema-registry", { skip }, () => {
  for (const [schemaType, schema] of Object.entries(SCHEMAS)) {
    it(`gives a schema of the type ${schemaType} by the number that it was registered under`, async () => {
      const subject = `peer-${randomUUID()}-value`;
      const { id } = await ask(`/subjects/${subject}/versions`, { schemaType, schema });
      const found = await ask(`/schemas/ids/${id}`);
      assert.equal(found.schema, schema);
      assert.equal(found.schemaType ?? "AVRO", schemaType);
    });
  }

  it("tells that a number is of no schema", async () => {
    const { error_code: code } = await ask("/schemas/ids/987654");
    assert.equal(code, 40403);
  });
});

interface Answer {
  readonly id?: number;
  readonly schema?: string;
  readonly schemaType?: string;
  readonly error_code?: number;
}

async function ask(path: string, body?: object): Promise<Answer> {
  const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
  const post = body && { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${LAKEHOSE_TEST_SCHEMA_REGISTRY}${path}`, post);
  return (await response.json()) as Answer;
}

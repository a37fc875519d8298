import type { Namespace, Root, Type } from "protobufjs";
import type { SchemaDecoder } from "./schema-decoder.ts";
import { splitIndexes, undecodable } from "./wire-format.ts";

/**
 * Protobuf payloads as the JSON that Protobuf itself defines (names in camel case, 64-bit numbers as text, bytes as base64,
 * timestamps as ISO 8601). `imported` are the files that the schema imports, by the name that it imports them by.
 */
export async function protobufDecoder(schema: string, imported: ReadonlyMap<string, string>): Promise<SchemaDecoder> {
  const [{ default: protobuf }, { default: protojson }] = await Promise.all([
    import("protobufjs"),
    import("protobufjs/ext/protojson.js"),
  ]);
  const root: Root = new protobuf.Root();
  // The file itself comes first, so that its package holds its messages in their order, and nothing else yet.
  const file = protobuf.parse(schema, root);
  const home = file.package === undefined ? root : root.lookup(file.package);
  const messages = messagesOf(home as Namespace, protobuf.Type);
  const open = [...(file.imports ?? []), ...(file.weakImports ?? [])];
  for (const name of new Set(open)) {
    const known = protobuf.common.get(name);
    const text = imported.get(name);
    if (text !== undefined) open.push(...(protobuf.parse(text, root).imports ?? []));
    else if (known?.nested !== undefined) root.addJSON(known.nested);
    else throw undecodable(`expected the file ${name}, which the schema imports, among its references`);
  }
  root.resolveAll();
  return (payload) => {
    const { indexes, message } = splitIndexes(payload);
    const type = messageAt(messages, indexes, protobuf.Type);
    return Buffer.from(protojson.toJsonString(type, type.decode(message)));
  };
}

type TypeClass = typeof Type;

function messagesOf(namespace: Namespace, isType: TypeClass): readonly Type[] {
  return namespace.nestedArray.filter((nested): nested is Type => nested instanceof isType);
}

function messageAt(messages: readonly Type[], indexes: readonly number[], isType: TypeClass): Type {
  let among = messages;
  let found: Type | undefined;
  for (const index of indexes) {
    found = among[index];
    if (found === undefined) break;
    among = messagesOf(found, isType);
  }
  if (found !== undefined) return found;
  throw undecodable(`expected the index of a message of the schema, got ${indexes.join(", ")}`);
}

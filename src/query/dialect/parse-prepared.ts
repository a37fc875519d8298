import type { Statement } from "./statement.ts";
import type { TokenReader } from "./token-reader.ts";

/** EXECUTE name [USING value, …] */
export function parseExecute(reader: TokenReader): Statement {
  const name = reader.name("the name of a prepared statement");
  if (!reader.takes("using")) {
    reader.expectEnd();
    return { kind: "execute", name };
  }
  const values = [takeValue(reader)];
  while (reader.takesSign(",")) values.push(takeValue(reader));
  reader.expectEnd();
  return { kind: "execute", name, values };
}

/** As it is written: whether it is one value is looked at when it takes its place. */
function takeValue(reader: TokenReader): string {
  const start = reader.current?.start ?? reader.sql.length;
  let end = start;
  while (!reader.ended && !reader.seesSign(",")) {
    end = reader.current?.end ?? end;
    reader.at++;
  }
  if (end === start) throw reader.expected("a value");
  return reader.sql.slice(start, end);
}

/** DEALLOCATE PREPARE name */
export function parseDeallocate(reader: TokenReader): Statement {
  reader.expect("prepare");
  const name = reader.name("the name of a prepared statement");
  reader.expectEnd();
  return { kind: "deallocate", name };
}

import type { TextMap } from "../../catalog/table.ts";
import type { TableName } from "./statement.ts";
import type { TokenReader } from "./token-reader.ts";
import { CATALOG_NAME } from "./translate-query.ts";

export function databaseName(reader: TokenReader): string {
  return reader.name("the name of a database").toLowerCase();
}

/** `[[awsdatacatalog.]database.]table` */
export function tableName(reader: TokenReader): TableName {
  const names = [reader.name("the name of a table").toLowerCase()];
  while (names.length < 3 && reader.takesSign(".")) names.push(reader.name("a name after the dot").toLowerCase());
  if (names.length === 3 && names[0] !== CATALOG_NAME)
    throw reader.expected(`${CATALOG_NAME}, the only catalog, before the database`);
  const [table = "", database] = names.reverse();
  return { table, ...(database !== undefined && { database }) };
}

/** `( 'key' = 'value' , … )` */
export function properties(reader: TokenReader): TextMap {
  return Object.fromEntries(
    reader.list(() => {
      const key = reader.text("the name of a property in quotes");
      reader.expectSign("=");
      return [key, reader.text("the value of a property in quotes")] as const;
    }),
  );
}

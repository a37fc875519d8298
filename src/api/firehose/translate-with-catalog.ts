import type { Catalog } from "../../catalog/catalog.ts";
import type { TranslateDeclared } from "../../streams/streams.ts";
import { fromDeclared } from "./declared.ts";
import { findTable } from "./found-table.ts";
import { translateDeclared } from "./translate.ts";
import { tableOf } from "./translate-format.ts";
import type { ExtendedS3Configuration } from "./wire-types.ts";

/** `translateDeclared` with the tables of a catalog. */
export function translateWithCatalog(catalog: Catalog): TranslateDeclared {
  return async (stream, settings) => {
    const destination = fromDeclared(stream.declared).destination as unknown as ExtendedS3Configuration;
    const reference = tableOf(destination, settings);
    if (reference === undefined) return translateDeclared(stream, settings);
    const [, , , region = "", accountId = ""] = stream.arn.split(":");
    const declared = settings.schema === undefined ? destination.DataFormatConversionConfiguration : undefined;
    const { Region, CatalogId: catalogId } = declared?.SchemaConfiguration ?? {};
    const place = { accountId, region: Region ?? region, catalogId };
    return translateDeclared(stream, settings, await findTable(catalog, reference, place));
  };
}

/** Pages of `docs/reference/` by file name, made from the schemas and registries of the product. */
export async function generatePages(): Promise<ReadonlyMap<string, string>> {
  return new Map();
}

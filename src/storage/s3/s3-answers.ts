/** Etags travel in quotes; they are compared and stored without. */
export function bareEtag(etag: string | undefined): string {
  return (etag ?? "").replace(/^(?:W\/)?"(.*)"$/, "$1");
}

/** Listings ask for URL encoding, because XML cannot carry every key; a store that ignores the wish sends keys plain. */
export function decodeKey(key: string, encodingType: string | undefined): string {
  return encodingType === "url" ? decodeURIComponent(key.replaceAll("+", "%20")) : key;
}

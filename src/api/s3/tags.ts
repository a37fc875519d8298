import { S3Error } from "./s3-error.ts";
import { childOf, childrenOf, malformed, requireRoot, textOf, type XmlElement } from "./xml-read.ts";
import type { XmlNode } from "./xml-write.ts";

/** S3's limits of an object's tags. */
const TAGS_MAX = 10;
const KEY_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;

type Tags = Readonly<Record<string, string>>;

/** From `x-amz-tagging`: a query string. */
export function tagsFromHeader(text: string | undefined): Tags {
  return tagsFrom([...new URLSearchParams(text ?? "")]);
}

export function tagsFromDocument(document: XmlElement): Tags {
  const set = childOf(requireRoot(document, "Tagging"), "TagSet");
  if (set === undefined) throw malformed("<Tagging> without <TagSet>");
  return tagsFrom(childrenOf(set, "Tag").map((tag) => [textOf(tag, "Key"), textOf(tag, "Value")]));
}

export function tagsDocument(tags: Tags): XmlNode {
  const set = Object.entries(tags).map(
    ([key, value]): XmlNode => [
      "Tag",
      [
        ["Key", key],
        ["Value", value],
      ],
    ],
  );
  return ["Tagging", [["TagSet", set]]];
}

function tagsFrom(pairs: readonly (readonly [string, string])[]): Tags {
  if (pairs.length > TAGS_MAX) throw invalid(`at most ${TAGS_MAX} tags`, `${pairs.length}`);
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === "" || key.length > KEY_LENGTH_MAX)
      throw invalid(`keys of 1 to ${KEY_LENGTH_MAX} characters`, `${key.length}`);
    if (value.length > VALUE_LENGTH_MAX)
      throw invalid(`values of at most ${VALUE_LENGTH_MAX} characters`, `${value.length}`);
    if (tags.has(key)) throw invalid("each key once", JSON.stringify(key));
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}

function invalid(expected: string, got: string): S3Error {
  return new S3Error("InvalidTag", `Expected ${expected} on an object, got ${got}`);
}

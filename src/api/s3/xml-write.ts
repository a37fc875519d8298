/** An element: its name, and text or elements in it. Absent children are left out. */
export type XmlNode = readonly [name: string, content: string | number | boolean | readonly (XmlNode | undefined)[]];

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** A document of S3's. */
export function xmlDocument([name, content]: XmlNode, namespace: string | undefined = NAMESPACE): string {
  const attribute = namespace === "" ? "" : ` xmlns="${namespace}"`;
  return `${XML_DECLARATION}<${name}${attribute}>${contentOf(content)}</${name}>`;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

function contentOf(content: XmlNode[1]): string {
  if (typeof content !== "object") return escapeXml(String(content));
  return content.map((child) => (child === undefined ? "" : elementOf(child))).join("");
}

function elementOf([name, content]: XmlNode): string {
  return `<${name}>${contentOf(content)}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Control characters, which keys may have, become references as S3 writes them, though XML 1.0 knows only some of them. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be found
  return text.replace(/[&<>"\u0000-\u001f\u007f]/g, (char) => ENTITIES[char] ?? `&#${char.charCodeAt(0)};`);
}

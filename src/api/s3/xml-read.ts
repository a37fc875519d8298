import { S3Error } from "./s3-error.ts";

/** An element of a request's document. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** All text directly in it. */
  readonly text: string;
}

/** S3's documents are three levels deep. */
const DEPTH_MAX = 16;

/** One piece of markup, or text up to the next one. */
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/**
 * Reads the small documents that S3's clients send: elements and text. Attributes (namespaces) are passed over, a DOCTYPE is
 * refused and with it all entities but the five of XML and references to characters, so nothing is ever fetched or grows.
 */
export function parseXml(document: string): XmlElement {
  const root: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [root];
  const text = document.replace(/^\u{feff}/u, "");
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (token === null) throw malformed(`no markup that is understood at character ${at}`);
    take(token, open);
  }
  const [only] = root.children;
  if (open.length > 1) throw malformed(`<${open.at(-1)?.name}> without its end`);
  if (only === undefined || root.children.length > 1) throw malformed("not exactly one root element");
  if (root.text.trim() !== "") throw malformed("text outside the root element");
  return only;
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

function take(token: RegExpExecArray, open: OpenElement[]): void {
  const [, data, endName, startName, , empty, text] = token;
  const current = open.at(-1);
  if (current === undefined) throw malformed("an end without its start");
  if (text !== undefined) current.text += decodeEntities(text);
  else if (data !== undefined) current.text += data;
  else if (startName !== undefined) {
    const element = { name: localName(startName), children: [], text: "" };
    current.children.push(element);
    if (empty !== "/") open.push(element);
    if (open.length > DEPTH_MAX) throw malformed(`more than ${DEPTH_MAX} levels`);
  } else if (endName !== undefined) {
    if (open.length === 1 || localName(endName) !== current.name) throw malformed(`</${endName}> without its start`);
    open.pop();
  }
}

export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of a child; throws MalformedXML where there is none. */
export function textOf(element: XmlElement, name: string): string {
  const child = childOf(element, name);
  if (child === undefined) throw malformed(`<${element.name}> without <${name}>`);
  return child.text;
}

export function requireRoot(element: XmlElement, name: string): XmlElement {
  if (element.name === name) return element;
  throw malformed(`<${element.name}> where <${name}> was expected`);
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    const known = whole.endsWith(";") ? (ENTITIES.get(name) ?? characterOf(name)) : undefined;
    if (known === undefined) throw malformed(`the unknown entity ${whole}`);
    return known;
  });
}

function characterOf(reference: string): string | undefined {
  const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(reference);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code > 0x10ffff || surrogate ? undefined : String.fromCodePoint(code);
}

export function malformed(found: string): S3Error {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new S3Error("MalformedXML", `${message}: ${found}`);
}

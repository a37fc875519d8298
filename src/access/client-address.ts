import { isIP } from "node:net";

/**
 * What stands for one client where failures are counted by address. A machine with IPv6 has a whole /64 to itself, so only
 * that half of the address tells it from others; IPv4 inside of IPv6 is IPv4.
 */
export function clientOf(address: string): string {
  const [plain = ""] = address.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(plain) !== 6) return plain;
  const [before = "", after] = plain.toLowerCase().split("::");
  const front = groupsOf(before);
  const back = groupsOf(after ?? "");
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0");
  const groups = after === undefined ? front : [...front, ...zeros, ...back];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

function groupsOf(text: string): readonly string[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => (group.includes(".") ? ["v4", "v4"] : [group.replace(/^0+(?=.)/, "")]));
}

import type { Draw } from "./draw.ts";
import type { Generator } from "./generator.ts";

/**
 * Web firewall logs, 1 to 1.5 KB. As in real ones, header names repeat and differ in case, most requests match no rule
 * (`Default_Action`), and lists are often empty.
 */
export const waf: Generator = {
  name: "waf",
  summary: "Web firewall log: one request with its headers and the rule that decided (1 to 1.5 KB).",
  intervalMs: 20,
  event: (draw, atMs) => {
    const blocked = draw.chance(0.15);
    const rateBased = draw.chance(0.05);
    return Buffer.from(
      JSON.stringify({
        timestamp: atMs,
        formatVersion: 1,
        webaclId: WEB_ACL,
        terminatingRuleId: blocked ? draw.pick(RULES) : "Default_Action",
        terminatingRuleType: blocked ? draw.pick(["REGULAR", "GROUP"]) : "REGULAR",
        action: blocked ? "BLOCK" : "ALLOW",
        httpSourceName: "ALB",
        httpSourceId: "000000000000-app/shop/8f2b7c61d0e94a35",
        ruleGroupList: draw.chance(0.3) ? [ruleGroup(draw)] : [],
        rateBasedRuleList: rateBased ? [{ rateBasedRuleId: draw.uuid(), limitKey: "IP", maxRateAllowed: 2000 }] : [],
        nonTerminatingMatchingRules: draw.chance(0.1) ? [{ ruleId: draw.pick(RULES), action: "COUNT" }] : [],
        httpRequest: httpRequest(draw),
      }),
    );
  },
};

const WEB_ACL = "arn:aws:wafv2:us-east-1:000000000000:regional/webacl/shop/3c5d2f8e-6a41-4b7e-9d1f-0a7e5b2c8d94";

const RULES: readonly [string, ...string[]] = [
  "RateLimitLogin",
  "BlockScanners",
  "SqlInjection",
  "GeoFence",
  "BadBots",
];
const COUNTRIES: readonly [string, ...string[]] = ["US", "DE", "JP", "BR", "IN", "GB", "FR", "SE", "NG", "AU"];
const HOSTS: readonly [string, ...string[]] = ["shop.example.com", "www.example.com", "api.example.com"];
const PATHS: readonly [string, ...string[]] = ["/", "/cart", "/login", "/search", "/products/4711", "/api/v2/orders"];
const ARGUMENTS: readonly [string, ...string[]] = ["", "", "q=shoes&page=2", "id=17&sort=price", "token=c2VjcmV0"];
const AGENTS: readonly [string, ...string[]] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
  "curl/8.5.0",
];

function ruleGroup(draw: Draw) {
  return {
    ruleGroupId: "common-rules",
    terminatingRule: null,
    nonTerminatingMatchingRules: [],
    excludedRules: null,
    id: draw.hex(8),
  };
}

function httpRequest(draw: Draw) {
  return {
    clientIp: `203.0.113.${draw.whole(1, 254)}`,
    country: draw.pick(COUNTRIES),
    headers: headers(draw),
    uri: draw.pick(PATHS),
    args: draw.pick(ARGUMENTS),
    httpVersion: draw.pick(["HTTP/1.1", "HTTP/2.0"]),
    httpMethod: draw.pick(["GET", "GET", "GET", "POST", "PUT"]),
    requestId: `1-${draw.hex(8)}-${draw.hex(24)}`,
  };
}

/** Some clients write names in small letters; proxies add a second header of the same name. */
function headers(draw: Draw): { name: string; value: string }[] {
  const spell: (name: string) => string = draw.chance(0.3) ? (name) => name.toLowerCase() : (name) => name;
  const host = draw.pick(HOSTS);
  const list = [
    { name: spell("Host"), value: host },
    { name: spell("User-Agent"), value: draw.pick(AGENTS) },
    { name: spell("Accept"), value: "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8" },
    { name: spell("Accept-Language"), value: draw.pick(["en-US,en;q=0.9", "de-DE,de;q=0.8,en;q=0.5", "ja,en;q=0.7"]) },
    { name: spell("Accept-Encoding"), value: "gzip, deflate, br" },
    { name: spell("Cookie"), value: `session=${draw.hex(48)}; theme=${draw.pick(["dark", "light"])}` },
  ];
  if (draw.chance(0.6)) list.push({ name: spell("Upgrade-Insecure-Requests"), value: "1" });
  if (draw.chance(0.5)) list.push({ name: spell("Referer"), value: `https://${host}${draw.pick(PATHS)}` });
  if (draw.chance(0.2)) list.push({ name: "X-IMForwards", value: "20" });
  list.push({ name: "X-Forwarded-For", value: `198.51.100.${draw.whole(1, 254)}` });
  if (draw.chance(0.25)) list.push({ name: "x-forwarded-for", value: `192.0.2.${draw.whole(1, 254)}` });
  return list;
}

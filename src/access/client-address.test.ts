import assert from "node:assert/strict";
import { test } from "node:test";
import { clientOf } from "./client-address.ts";

test("clientOf() is the address of IPv4 and the /64 of IPv6, however it is written", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:2::ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", ""],
  ];
  for (const [address, client] of rows) assert.equal(clientOf(address), client, address);
});

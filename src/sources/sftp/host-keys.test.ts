import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { fingerprintOf, keysOfKnownHosts } from "./host-keys.ts";

const KEY = Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl", "base64");
const OTHER = Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "base64");
const NOTED = `ssh-ed25519 ${KEY.toString("base64")}`;

function hashed(name: string): string {
  const salt = Buffer.from("salt of twenty bytes");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

describe("known hosts", () => {
  const cases: readonly (readonly [text: string, host: string, port: number, accepted: boolean])[] = [
    [`drop.example ${NOTED}`, "drop.example", 22, true],
    [`# a comment\n\ndrop.example,10.0.0.1 ${NOTED} a comment`, "10.0.0.1", 22, true],
    [`drop.example ${NOTED}`, "other.example", 22, false],
    [`drop.example ${NOTED}`, "drop.example", 2222, false],
    [`[drop.example]:2222 ${NOTED}`, "drop.example", 2222, true],
    [`*.example ${NOTED}`, "Drop.Example", 22, true],
    [`*.example,!drop.example ${NOTED}`, "drop.example", 22, false],
    [`${hashed("drop.example")} ${NOTED}`, "drop.example", 22, true],
    [`${hashed("drop.example")} ${NOTED}`, "other.example", 22, false],
    [`${hashed("[drop.example]:2222")} ${NOTED}`, "drop.example", 2222, true],
    [`drop.example ${NOTED}\n@revoked * ${NOTED}`, "drop.example", 22, false],
    [`@cert-authority * ${NOTED}`, "drop.example", 22, false],
    ["", "drop.example", 22, false],
    ["drop.example", "drop.example", 22, false],
  ];
  for (const [text, host, port, accepted] of cases) {
    it(`${accepted ? "accept" : "refuse"} ${host}:${port} by ${JSON.stringify(text.replaceAll(NOTED, "KEY"))}`, () => {
      const expected = keysOfKnownHosts(text, host, port);
      assert.equal(expected.accepts(KEY), accepted);
      assert.equal(expected.accepts(OTHER), false);
    });
  }

  it("say which types of keys to ask for", () => {
    assert.deepEqual(keysOfKnownHosts(`drop.example ${NOTED}`, "drop.example", 22).keyTypes, ["ssh-ed25519"]);
  });

  it("fingerprints are those of ssh-keygen", () => {
    assert.equal(fingerprintOf(KEY), "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
  });
});

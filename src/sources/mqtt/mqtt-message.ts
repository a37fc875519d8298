import type { IPublishPacket } from "mqtt";
import { parseFieldPath } from "../../model/fields/field-path.ts";
import { findFields } from "../../model/fields/find-fields.ts";
import { parseJsonObject } from "../../std/json-node.ts";
import { envelope } from "../envelope.ts";
import type { UpstreamMessage } from "../inlet.ts";
import type { MqttOptions } from "./mqtt-options.ts";

type Packet = Pick<IPublishPacket, "topic" | "payload" | "qos" | "retain" | "properties">;

/** Makes records of messages; what tells them apart is looked for once. */
export function messageReader({ record, deduplicateBy }: MqttOptions): (packet: Packet) => UpstreamMessage {
  const idOf = idReader(deduplicateBy);
  return (packet) => {
    const payload = Buffer.from(packet.payload);
    const id = idOf(packet, payload);
    return {
      bytes: record === "value" ? payload : envelope(payload, attributesOf(packet)),
      // Devices count by themselves: the same number under another topic is another message.
      ...(id !== undefined && { id: `${packet.topic}\0${id}` }),
    };
  };
}

function idReader(by: MqttOptions["deduplicateBy"]): (packet: Packet, payload: Buffer) => string | undefined {
  if (by === "nothing") return () => undefined;
  if ("userProperty" in by) {
    return ({ properties }) => {
      const value = properties?.userProperties?.[by.userProperty];
      // A property may stand in a message more than once.
      return typeof value === "string" && value !== "" ? value : undefined;
    };
  }
  const path = parseFieldPath(by.field);
  return (_, payload) => {
    const root = parseJsonObject(payload);
    const [place] = root === undefined ? [] : findFields(root, path);
    if (place === undefined || place.value.kind === "null") return undefined;
    return place.value.text === "" ? undefined : place.value.text;
  };
}

function attributesOf({ topic, qos, retain, properties = {} }: Packet) {
  const { userProperties = {}, contentType, responseTopic, correlationData } = properties;
  // The library makes lists of properties that stand there twice, and an object without a prototype of all.
  return { topic, qos, retain, headers: { ...userProperties }, contentType, responseTopic, correlationData };
}

/** Appends a list of its own to each message of a device; with it the message is larger than 1 MiB. */

interface TransformationEvent {
  readonly records: readonly { readonly recordId: string; readonly data: string }[];
}

interface Reading {
  readonly timestamp: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export async function handler(event: TransformationEvent) {
  const records = event.records.map(({ recordId, data }) => {
    const message = JSON.parse(Buffer.from(data, "base64").toString("utf8"));
    message.accelerationList = message.accelerometerSensorList.map(accelerationOf);
    return { recordId, result: "Ok", data: Buffer.from(JSON.stringify(message)).toString("base64") };
  });
  return { records };
}

function accelerationOf({ timestamp, x, y, z }: Reading) {
  return { timestamp, acceleration: Number(Math.hypot(x, y, z).toFixed(6)) };
}

import type { Generator } from "./generator.ts";

/** Device messages of about 900 KB: the readings of four kinds of sensors over a stretch of time, in long lists. */
export const iot: Generator = {
  name: "iot",
  summary: "Device message: long lists of sensor readings (about 900 KB).",
  intervalMs: 1000,
  event: (draw, atMs) => {
    const device = `device-${String(draw.whole(1, 500)).padStart(6, "0")}`;
    return Buffer.from(
      JSON.stringify({
        processedDate: dateText(atMs),
        currentDate: dateText(atMs - draw.whole(0, 5000)),
        hashDeviceId: hashOf(device),
        deviceId: device,
        accelerometerSensorList: readings(5550, atMs, (timestamp) => ({
          timestamp,
          x: draw.decimal(-20, 20, 6),
          y: draw.decimal(-20, 20, 6),
          z: draw.decimal(-20, 20, 6),
        })),
        tempSensorList: readings(2000, atMs, (timestamp) => ({ timestamp, temperature: draw.decimal(-10, 45, 4) })),
        illuminancesSensorList: readings(2000, atMs, (timestamp) => ({
          timestamp,
          illuminance: draw.decimal(0, 1e5, 3),
        })),
        gpsSensorList: readings(3400, atMs, (timestamp) => ({
          timestamp,
          latitude: draw.decimal(35, 36, 7),
          longitude: draw.decimal(139, 140, 7),
          altitude: draw.decimal(0, 90, 2),
        })),
      }),
    );
  },
};

/** Readings end at the time of the message, 10 ms apart. */
function readings<T>(count: number, atMs: number, reading: (timestamp: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => reading(atMs - (count - index) * 10));
}

/** `yyyy/MM/dd HH:mm:ss`. */
function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ");
}

/** Always the same for a device; FNV-1a is enough, it hides nothing that is secret. */
function hashOf(device: string): string {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(device)) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  return hash.toString(16).padStart(8, "0").repeat(4);
}

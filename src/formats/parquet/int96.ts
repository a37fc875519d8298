/**
 * Timestamps as Hive, Impala and Spark stored them first:
 *
 *     INT96    nanoseconds of the day (uint64 LE), Julian day (int32 LE); in UTC
 */
export const INT96_BYTES = 12;

/** Microseconds since 1970 (int64 LE), one after another, as INT96. */
export function int96OfMicros(micros: Buffer): Buffer {
  const count = micros.length / MICROS_BYTES;
  if (!Number.isInteger(count)) throw new Error(`Expected timestamps of 8 bytes, got ${micros.length} bytes of them`);
  const int96 = Buffer.allocUnsafe(count * INT96_BYTES);
  for (let place = 0; place < count; place++) {
    const value = micros.readBigInt64LE(place * MICROS_BYTES);
    const sinceMidnight = BigInt.asUintN(64, ((value % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY);
    const days = Number((value - sinceMidnight) / MICROS_PER_DAY);
    int96.writeBigUInt64LE(sinceMidnight * NANOS_PER_MICRO, place * INT96_BYTES);
    int96.writeInt32LE(days + JULIAN_DAY_OF_1970, place * INT96_BYTES + 8);
  }
  return int96;
}

const MICROS_BYTES = 8;
const MICROS_PER_DAY = 86_400_000_000n;
const NANOS_PER_MICRO = 1000n;

/** Days of the Julian Period that began before noon of 1970-01-01; INT96 counts them from midnight. */
const JULIAN_DAY_OF_1970 = 2_440_588;

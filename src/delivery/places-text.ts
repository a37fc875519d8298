/**
 * Places of records in a parcel as text for the journal: rising numbers as runs, two varints (LEB128) each, distance from the
 * end of the run before and length, in base64. All of a parcel are a few bytes, every second one of a hundred thousand are
 * some 130 KB.
 */
export function packPlaces(places: readonly number[]): string {
  const bytes: number[] = [];
  let end = 0;
  for (let at = 0; at < places.length; ) {
    const first = places[at] ?? 0;
    let next = at + 1;
    while (next < places.length && places[next] === first + next - at) next++;
    pushVarint(bytes, first - end);
    pushVarint(bytes, next - at);
    end = first + next - at;
    at = next;
  }
  return Buffer.from(bytes).toString("base64");
}

export function unpackPlaces(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  const places: number[] = [];
  let at = 0;
  const next = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  for (let place = 0; at < bytes.length; ) {
    place += next();
    for (const end = place + next(); place < end; place++) places.push(place);
  }
  return places;
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}

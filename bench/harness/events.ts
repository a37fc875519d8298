/**
 * Events that are all different, so that neither a compressor nor a cache has an easy time: 13 fields with a list, a struct
 * and a null in every tenth, filled up with random letters. 1 KB of them shrinks 2.3-fold under gzip; real logs shrink more,
 * so figures with compression are on the pessimistic side. From one seed, so that two runs send the same bytes.
 */
export class Events {
  #state: number;
  #count = 0;
  readonly #bytes: number;

  constructor(bytes: number, seed = 1) {
    if (bytes < EVENT_BYTES_MIN) throw new RangeError(`An event has at least ${EVENT_BYTES_MIN} bytes, got ${bytes}`);
    this.#bytes = bytes;
    this.#state = seed >>> 0 || 1;
  }

  /** Exactly as long as asked for, line feed included. */
  next(): Buffer {
    const head = this.#bytes >= WIDE_EVENT_BYTES_MIN ? this.#wideHead() : this.#narrowHead();
    const event = Buffer.allocUnsafe(this.#bytes);
    const from = event.write(head, 0, "latin1");
    const to = this.#bytes - TAIL.length;
    for (let at = from; at < to; at++) event[at] = FIRST_LETTER + (this.#draw() % 26);
    event.write(TAIL, to, "latin1");
    return event;
  }

  #wideHead(): string {
    const id = this.#count++;
    const { kind, at } = this.#common();
    const referrer =
      this.#draw() % 10 === 0
        ? "null"
        : `"https://shop.example.com/products/${this.#draw() % 5_000}?utm_source=newsletter&utm_medium=email&utm_campaign=spring"`;
    const latitude = ((this.#draw() % 180_000) / 1000 - 90).toFixed(3);
    return `{"id":${id},"at":"${at}","kind":"${kind}","user":"u${this.#draw() % 100_000}","session":"${this.#draw().toString(16)}","price":${(this.#draw() % 100_000) / 100},"quantity":${this.#draw() % 20},"member":${this.#draw() % 2 === 0},"referrer":${referrer},"tags":["${kind}","t${this.#draw() % 50}"],"place":{"latitude":${latitude},"city":"c${this.#draw() % 300}"},"agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + (this.#draw() % 40)}.0.0.0 Safari/537.36","text":"`;
  }

  #narrowHead(): string {
    const { kind, at } = this.#common();
    return `{"id":${this.#count++},"at":"${at}","kind":"${kind}","text":"`;
  }

  #common() {
    return {
      kind: KINDS[this.#draw() % KINDS.length],
      at: new Date(FIRST_EVENT_AT + this.#count * 7).toISOString(),
    };
  }

  /** Xorshift: 32 bits, good enough for letters, and fast enough for hundreds of megabytes of them. */
  #draw(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }
}

const KINDS = ["view", "click", "cart", "order", "search", "login"];
const FIRST_EVENT_AT = Date.UTC(2026, 0, 1);
const FIRST_LETTER = "a".charCodeAt(0);
const TAIL = '"}\n';

/** Below this, the 13 fields leave no room for letters. */
const WIDE_EVENT_BYTES_MIN = 700;
const EVENT_BYTES_MIN = 120;

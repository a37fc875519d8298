// The connection of a Node function to the Runtime API: HTTP/1.1 on one socket, to a server that is ours and always says how
// long its answers are.
//
// Node's own client takes a tenth of the time of a small handler: objects for each request, a buffer for every 64 KiB, and
// one more for the whole. Here bytes go from the socket to where they are wanted, and both buffers are used again.
//
// An answer is sent together with the question for the next event, so that a process does not wait twice.
import net from "node:net";

const BASE = "/2018-06-01/runtime";
const HEAD_END = Buffer.from("\r\n\r\n");
/** Room in front of a reply for the head of its request. */
const HEAD_BYTES_MAX = 1024;
/** What comes before the bytes of a body are known to be such is read into this. */
const FRONT_BYTES = 64 * 1024;
const BUFFER_BYTES_MIN = 64 * 1024;
/** Larger ones are for events that are rare, and would be kept for ever. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

export class RuntimeConnection {
  #address;
  #token;
  #socket;
  /** Those who wait for answers, in the order of their requests. */
  #waiting = [];
  #front = Buffer.allocUnsafeSlow(FRONT_BYTES);
  #frontBytes = 0;
  /** The answer whose body is being read. */
  #answer;
  #bodyMemory = Buffer.alloc(0);
  #replyMemory = Buffer.alloc(0);

  /** `address` and `token` as the server has given them. A server that is gone ends the process. */
  constructor(address, token) {
    this.#address = address;
    this.#token = token;
  }

  /** Resolves to the headers and the body of an event; the body has to be read before anything else is waited for. */
  next() {
    const answer = this.#expect();
    this.#open().write(this.#head("GET", "/invocation/next"));
    return answer;
  }

  /** Sends what a handler answered (from `encodeReply`) and asks for the next event, to which it resolves. */
  reply(id, { bytesMax, write }) {
    const question = this.#head("GET", "/invocation/next");
    const memory = this.#replyRoom(HEAD_BYTES_MAX + bytesMax + question.length);
    const end = write(memory, HEAD_BYTES_MAX);
    const head = this.#head("POST", `/invocation/${id}/response`, end - HEAD_BYTES_MAX);
    if (head.length > HEAD_BYTES_MAX) throw new RangeError(`Expected a head of at most ${HEAD_BYTES_MAX} bytes`);
    const from = HEAD_BYTES_MAX - head.length;
    memory.latin1Write(head, from);
    memory.latin1Write(question, end);
    // The buffer is free again by the time that the next event is here: it is answered after all of this has been read.
    this.#expect();
    const answer = this.#expect();
    this.#open().write(memory.subarray(from, end + question.length));
    return answer;
  }

  /** Sends a report of an error; resolves when it has been heard. */
  async report(path, text) {
    const answer = this.#expect();
    this.#open().write(`${this.#head("POST", path, Buffer.byteLength(text))}${text}`);
    await answer;
  }

  #head(method, path, bytes) {
    const length = bytes === undefined ? "" : `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n`;
    return `${method} ${BASE}${path} HTTP/1.1\r\nHost: ${this.#address}\r\nLakehose-Runtime-Token: ${this.#token}\r\n${length}\r\n`;
  }

  #open() {
    if (this.#socket === undefined) {
      const [host, port] = this.#address.split(":");
      const onread = { buffer: () => this.#room(), callback: (bytes) => this.#onRead(bytes) };
      this.#socket = net.connect({ host, port: Number(port), noDelay: true, onread });
      this.#socket.on("error", () => process.exit(1));
      this.#socket.on("close", () => process.exit(1));
    }
    this.#socket.ref();
    return this.#socket;
  }

  #expect() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Where the next bytes go: straight into the body whose length is known, else to the front. */
  #room() {
    const answer = this.#answer;
    if (answer !== undefined) return answer.body.subarray(answer.bytes);
    return this.#front.subarray(this.#frontBytes);
  }

  #onRead(bytes) {
    const answer = this.#answer;
    if (answer === undefined) this.#frontBytes += bytes;
    else {
      answer.bytes += bytes;
      if (answer.bytes < answer.body.length) return;
      this.#settle(answer);
    }
    while (this.#answer === undefined && this.#readFront()) {
      // Short answers come several at a time.
    }
  }

  /** Reads one answer, or its beginning, from what stands at the front. False when its head is not whole yet. */
  #readFront() {
    const front = this.#front.subarray(0, this.#frontBytes);
    const headEnd = front.indexOf(HEAD_END);
    if (headEnd === -1) {
      if (front.length === FRONT_BYTES) process.exit(1);
      return false;
    }
    const headers = readHeaders(front.latin1Slice(0, headEnd));
    const length = Number(headers["content-length"]);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = Math.min(front.length, bodyStart + length);
    const body = this.#bodyRoom(length);
    front.copy(body, 0, bodyStart, bodyEnd);
    front.copyWithin(0, bodyEnd);
    this.#frontBytes -= bodyEnd;
    const answer = { headers, body, bytes: bodyEnd - bodyStart };
    if (answer.bytes === length) this.#settle(answer);
    else this.#answer = answer;
    return true;
  }

  #settle(answer) {
    this.#answer = undefined;
    const resolve = this.#waiting.shift();
    // While nobody waits the connection alone is no reason to go on: a handler may be done when nothing else is.
    if (this.#waiting.length === 0) this.#socket.unref();
    resolve?.(answer);
  }

  #bodyRoom(bytes) {
    if (bytes > this.#bodyMemory.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES_MIN, bytes));
      if (bytes > KEPT_BYTES_MAX) return room;
      this.#bodyMemory = room;
    }
    return this.#bodyMemory.subarray(0, bytes);
  }

  #replyRoom(bytes) {
    if (bytes > this.#replyMemory.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES_MIN, bytes));
      if (bytes > KEPT_BYTES_MAX) return room;
      this.#replyMemory = room;
    }
    return this.#replyMemory;
  }
}

/** Names in small letters; the first line says nothing that a length does not. */
function readHeaders(head) {
  const headers = {};
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

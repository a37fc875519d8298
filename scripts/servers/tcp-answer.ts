import { connect } from "node:net";

/** A server that listens and says nothing is asked again. */
const SILENCE_MS_MAX = 1000;

/**
 * The first bytes that a server on loopback sends after `greeting`, as Latin-1; an empty text if it closes or says nothing.
 * A server may listen before it lets anybody in: an answer in its protocol tells that it is up.
 */
export function tcpAnswer(port: number, greeting: Buffer | string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(greeting));
    const finish = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(SILENCE_MS_MAX, () => finish(""));
    socket.once("data", (answer) => finish(answer.toString("latin1")));
    socket.once("error", () => finish(""));
    socket.once("close", () => finish(""));
  });
}

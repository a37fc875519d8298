import { Mutex } from "./mutex.ts";

/** One queue per key: tasks of one key run one after another, those of different keys side by side. */
export class KeyedQueue {
  readonly #queues = new Map<string, { readonly mutex: Mutex; tasks: number }>();

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { mutex: new Mutex(), tasks: 0 };
    this.#queues.set(key, queue);
    queue.tasks++;
    try {
      return await queue.mutex.run(task);
    } finally {
      queue.tasks--;
      if (queue.tasks === 0) this.#queues.delete(key);
    }
  }
}

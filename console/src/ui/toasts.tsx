import { useSyncExternalStore } from "react";

interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
}

/** Good news goes by itself; bad news stays until it is read. */
const GOOD_MS = 6_000;

let toasts: readonly Toast[] = [];
let made = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Says what came of something that somebody did. */
export function showToast(tone: Toast["tone"], text: string): void {
  const id = ++made;
  set([...toasts, { id, tone, text }]);
  if (tone === "good") setTimeout(() => dismiss(id), GOOD_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function ToastRegion() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section className="toasts" aria-label="Messages" aria-live="polite">
      {shown.map(({ id, tone, text }) => (
        <div className="toast" data-tone={tone} key={id}>
          <span>{text}</span>
          <button type="button" aria-label="Dismiss message" onClick={() => dismiss(id)}>
            ✕
          </button>
        </div>
      ))}
    </section>
  );
}

import v8 from "node:v8";

/**
 * Runs `load` without letting V8's young generation grow. It doubles whenever much of what is new stays, as it does while
 * modules load and a server starts, and never shrinks again: an idle server would keep 16 MB for nothing. V8 reads the factor at each growth.
 */
export async function withSmallYoungGeneration<T>(load: () => Promise<T>): Promise<T> {
  v8.setFlagsFromString("--semi-space-growth-factor=1");
  try {
    return await load();
  } finally {
    v8.setFlagsFromString("--semi-space-growth-factor=2");
  }
}

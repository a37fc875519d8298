import type { ComponentType } from "react";

/** One page of the console: a folder here and a line in the registry. */
export interface Page {
  /** Below `/ui`; `$name` stands for a value, which the page reads with `useParams({ strict: false })`. */
  readonly path: string;
  /** In the window's title; `$name` stands for the value in the address. */
  readonly title: string;
  /** Its words in the main navigation; absent for pages that are reached from others. */
  readonly navigation?: string;
  /** The page comes when it is opened, so that nobody waits for pages that they do not look at. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

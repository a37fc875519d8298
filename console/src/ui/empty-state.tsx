import type { ReactNode } from "react";

export interface EmptyStateProps {
  readonly title: string;
  /** What would be here, and the shortest way to have it. */
  readonly children: ReactNode;
}

export function EmptyState({ title, children }: EmptyStateProps) {
  return (
    <section className="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

import type { ReactNode } from "react";

export interface PageHeadProps {
  readonly title: ReactNode;
  readonly about?: ReactNode;
  /** Buttons and links at the right. */
  readonly children?: ReactNode;
}

export function PageHead({ title, about, children }: PageHeadProps) {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p>{about}</p>}
      </div>
      {children !== undefined && <div className="actions">{children}</div>}
    </div>
  );
}

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { PageHead } from "../../ui/page-head.tsx";

const PARTS = [
  { to: "/streams/$name", label: "Overview" },
  { to: "/streams/$name/records", label: "Records" },
  { to: "/streams/$name/errors", label: "Errors" },
  { to: "/streams/$name/edit", label: "Edit" },
] as const;

export interface StreamHeadProps {
  readonly name: string;
  readonly about?: ReactNode;
  readonly children?: ReactNode;
}

/** The head of every page about one stream, with the way to the others. */
export function StreamHead({ name, about, children }: StreamHeadProps) {
  return (
    <>
      <Crumbs />
      <PageHead title={name} about={about}>
        {children}
      </PageHead>
      <nav className="stream-nav" aria-label="Parts of the stream">
        {PARTS.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            params={{ name }}
            activeOptions={{ exact: true }}
            activeProps={{ "aria-current": "page" }}
          >
            {label}
          </Link>
        ))}
      </nav>
    </>
  );
}

export function Crumbs() {
  return (
    <nav className="crumbs" aria-label="Back">
      <Link to="/streams">All streams</Link>
    </nav>
  );
}

import { Link } from "@tanstack/react-router";
import { HOME } from "../pages/registry.ts";
import { PageHead } from "../ui/page-head.tsx";

export function NotFoundPage() {
  return (
    <>
      <PageHead title="There is no such page" about="The address is not one of this console's." />
      <p>
        <Link to={HOME}>Go to the streams</Link>
      </p>
    </>
  );
}

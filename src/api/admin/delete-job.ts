import type { AdminContext, Endpoint } from "./endpoint.ts";

/** DELETE /api/jobs/NAME => {name}. Its runs and their logs go with it. */
export function deleteJob({ jobs }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "jobs/:id",
    action: "lakehose:DeleteJob",
    role: "admin",
    async handle({ id }) {
      await jobs.delete(id);
      return { name: id };
    },
  };
}

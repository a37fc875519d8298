import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/functions => {functions}: those of the configuration, then the folders of the data folder, and what calls each */
export function listFunctions({ functions, streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "functions",
    action: "lakehose:ListFunctions",
    role: "viewer",
    async handle() {
      const listed = (await functions.list()).map((one) => ({ ...one, streams: callersOf(one.name) }));
      return asJson({ functions: listed });
    },
  };

  /** Streams with a processor that names it, by its name or at the end of an ARN. */
  function callersOf(name: string): readonly string[] {
    const isCalled = (value: unknown) => {
      const arn = typeof value === "string" ? value : "";
      return arn === name || arn.endsWith(`:function:${name}`) || arn.includes(`:function:${name}:`);
    };
    const calls = ({ deliveries }: ReturnType<typeof streams.list>[number]) =>
      deliveries.some(({ processors }) => processors.some(({ options }) => Object.values(options).some(isCalled)));
    return streams
      .list()
      .filter(calls)
      .map((stream) => stream.name);
  }
}

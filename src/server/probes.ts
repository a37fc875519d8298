import type { Authenticator } from "../api/protocol/authenticator.ts";
import type { HttpAnswer, HttpRequest, Route } from "../api/protocol/http.ts";
import { WireError } from "../api/protocol/wire-error.ts";

export interface ProbeOptions {
  readonly authenticator: Authenticator;
  /** Why requests would fail now; empty = ready. */
  readonly unready: () => readonly string[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * `/healthz`: the process answers. `/readyz`: it takes records; 503 with the reasons while it does not. Both are for
 * load balancers, which have no token, and say nothing about anybody's data. `/metrics` names streams and needs a token.
 */
export function probeRoutes(options: ProbeOptions): readonly Route[] {
  return [
    route("healthz", "/healthz", async () => text(200, "ok\n")),
    route("readyz", "/readyz", async () => {
      const reasons = options.unready();
      return reasons.length === 0 ? text(200, "ready\n") : text(503, `${reasons.join("\n")}\n`);
    }),
    route("metrics", "/metrics", async (request) => {
      options.authenticator.bearer(request);
      const { contentType, text: body } = await options.metrics();
      return { status: 200, headers: { "content-type": contentType }, body };
    }),
  ];
}

function route(name: string, path: string, answer: (request: HttpRequest) => Promise<HttpAnswer>): Route {
  return {
    name,
    matches: (head) => head.path === path,
    handle: async (request) => {
      if (request.method !== "GET" && request.method !== "HEAD") return text(405, "Use GET.\n");
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof WireError) return text(401, `${error.message}\n`);
        throw error;
      }
    },
    refuse: ({ message }) => text(400, `${message}\n`),
  };
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

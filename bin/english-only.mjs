// Zod comes with its messages in five dozen languages. Lakehose speaks English, and an idle server is 1 MiB smaller without
// the others (measured). To be loaded before anything else asks for zod.
import module from "node:module";

const hooks = module.registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "../locales/index.js" ? "../locales/en.js" : specifier, context),
});
await import("zod");
hooks.deregister();

/**
 * Node's HTTP without its client for browsers: an `import` of `node:http` reads every one of its exports, which loads undici's
 * WebSocket and more, 1.2 MiB that a server never uses. An `import` of `node:tls` reads all root certificates, and a server
 * without TLS needs neither it nor `node:https`.
 */
export const http = process.getBuiltinModule("node:http");

export const https = () => process.getBuiltinModule("node:https");

export const tls = () => process.getBuiltinModule("node:tls");

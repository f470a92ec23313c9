const http = process.getBuiltinModule("node:http");

/**
 * `createServer` of node:http, without importing the module: an import looks at every export, and some of them
 * (`WebSocket`, …) load 15 MB of code that a server does not need.
 */
export const createServer: typeof http.createServer = http.createServer;

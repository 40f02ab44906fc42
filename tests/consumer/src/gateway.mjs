// A gateway in Node without packages: it checks the client's key, takes providers in turn, and relays answers as they come.

import { readFileSync } from "node:fs";
import { Agent, createServer, request as sendRequest } from "node:http";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const clients = new Set(config.clients);
const providers = config.providers.map((address) => new URL(address));
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
// What a client sent about its own connection, or about itself, is not the provider's business.
const DROPPED = new Set(["authorization", "connection", "content-length", "host", "keep-alive", "transfer-encoding"]);
const ROUTES = { "GET /health": health, "POST /v1/chat/completions": chat };

let turn = 0;

const server = createServer((request, response) => {
  const route = ROUTES[`${request.method} ${request.url}`];
  if (route) route(request, response);
  else refuse(response, 404, "there is no such path");
});

function health(_, response) {
  reply(response, 200, { status: "ok" });
}

function chat(request, response) {
  const key = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  if (!clients.has(key)) {
    refuse(response, 401, "the key is not known");
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => forward(request, response, Buffer.concat(chunks)));
}

function forward(request, response, body) {
  const provider = providers[turn++ % providers.length];
  const upstream = sendRequest({
    agent,
    host: provider.hostname,
    port: provider.port,
    path: request.url,
    method: "POST",
    headers: {
      ...passed(request.headers),
      authorization: `Bearer ${config.key}`,
      "content-length": body.length,
    },
  });
  upstream.on("response", (answer) => relay(answer, response));
  upstream.on("error", (error) => fail(response, error));
  // A client that hangs up early wants nothing more from the provider.
  response.on("close", () => upstream.destroy());
  upstream.end(body);
}

function relay(answer, response) {
  response.writeHead(answer.statusCode, passed(answer.headers));
  answer.on("data", (chunk) => response.write(chunk));
  answer.on("end", () => response.end());
  answer.on("error", () => response.destroy());
}

function passed(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DROPPED.has(name)));
}

function fail(response, error) {
  if (response.headersSent) response.destroy();
  else refuse(response, 502, `the provider cannot be reached: ${error.code}`);
}

function refuse(response, status, message) {
  reply(response, status, { error: { message } });
}

function reply(response, status, content) {
  const body = JSON.stringify(content);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

server.listen(config.port, config.host);

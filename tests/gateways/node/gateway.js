// A gateway of the standard library alone: it passes OpenAI Chat on, to the instances in turn.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const config = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const [host, port] = config.listen.split(":");
const clients = new Set(config.clients);
const agent = new http.Agent({ keepAlive: true, noDelay: true });
let turn = 0;

function refuse(answer, status, message) {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify({ message }));
}

function forward(request, answer) {
  const upstream = new URL(config.upstreams[turn++ % config.upstreams.length]);
  const headers = { ...request.headers, host: upstream.host, authorization: `Bearer ${config.key}` };
  const options = { agent, method: "POST", host: upstream.hostname, port: upstream.port, path: request.url, headers };
  const asked = http.request(options, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  asked.on("error", () => (answer.headersSent ? answer.destroy() : refuse(answer, 502, "the provider is away")));
  answer.on("close", () => asked.destroy());
  request.pipe(asked);
}

http
  .createServer({ noDelay: true }, (request, answer) => {
    if (request.url === "/health") {
      answer.end(process.env.NODE_ENV);
    } else if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
      refuse(answer, 404, "no such path");
    } else if (!clients.has((request.headers.authorization || "").replace("Bearer ", ""))) {
      refuse(answer, 401, "unknown key");
    } else {
      forward(request, answer);
    }
  })
  .listen(Number(port), host);

// First-party mode (docs/first-party.md) for a site that Node serves. It passes the public addresses of Constat on,
// below /constat/, and answers 404 to everything else there. In an Express application, before what reads bodies:
// import { constat } from "./node-first-party.mjs"; app.use(constat);
import http from "node:http";
import { pathToFileURL } from "node:url";

const CONSTAT = { host: "127.0.0.1", port: 8080 };
const PREFIX = "/constat/";
// Whether the site honours Global Privacy Control is asked at the root of its host.
const AT_THE_ROOT = "/.well-known/gpc.json";
// The public addresses, by name.
const PUBLIC = /^(v1\/sites\/[a-z0-9_-]+\/((consent|debug)\.js|vendors|consents(\/[0-9a-f-]+)?|(banner|notice)\/[a-z-]+|log\/[0-9-]+(\/[0-9]+of[0-9]+)?\/(checkpoint|consistency|proof\/[0-9]+))|v1\/notices\/[0-9a-f]+|assets\/[0-9a-z][0-9a-z._-]*|\.well-known\/(gpc|jwks)\.json|verify\/?)$/;
const OWN_COOKIE = /^constat(-[a-z0-9_-]+)?=[a-z0-9.-]*$/;
const WITH_COOKIES = ["POST", "DELETE"];
const BODY_BYTES_MAX = 16 * 1024;
const TIMEOUT_MS = 20_000;
// What Constat reads of a request: neither the referrer nor the user agent.
const TO_CONSTAT = ["accept", "accept-encoding", "access-control-request-headers", "access-control-request-method",
  "authorization", "content-length", "content-type", "host", "if-none-match", "origin"];
const OF_ONE_CONNECTION = ["connection", "keep-alive", "transfer-encoding"];
// Less than the 5 s after which Constat ends a connection that it keeps.
const agent = new http.Agent({ keepAlive: true, timeout: 4000 });

/** Answers a request below the prefix, and leaves every other one to `next`. */
export function constat(request, response, next) {
  const [path, query] = (request.originalUrl ?? request.url).split(/\?(.*)/s);
  if (path !== AT_THE_ROOT && !path.startsWith(PREFIX)) return next();
  const asked = path.slice(path === AT_THE_ROOT ? 1 : PREFIX.length);
  if (!PUBLIC.test(asked)) return end(response, 404);
  if (request.headers["content-length"] > BODY_BYTES_MAX) return end(response, 413);
  const forwarded = http.request({
    ...CONSTAT, agent, method: request.method, path: "/" + asked + (query === undefined ? "" : "?" + query),
    headers: headersOf(request), timeout: TIMEOUT_MS,
  });
  forwarded.on("response", answer => {
    const headers = Object.entries(answer.headers).filter(([name]) => !OF_ONE_CONNECTION.includes(name));
    response.writeHead(answer.statusCode, Object.fromEntries(headers));
    answer.pipe(response);
  });
  forwarded.on("timeout", () => forwarded.destroy(new Error("Constat does not answer")));
  forwarded.on("error", () => response.headersSent ? response.destroy() : end(response, 502));
  request.pipe(forwarded);
}

function headersOf(request) {
  const named = TO_CONSTAT.filter(name => name in request.headers);
  const headers = Object.fromEntries(named.map(name => [name, request.headers[name]]));
  // Of the visitor's cookies only Constat's own, and only with an answer or an erasure.
  const sent = WITH_COOKIES.includes(request.method) && request.headers.cookie || "";
  const cookies = sent.split(/; */).filter(pair => OWN_COOKIE.test(pair));
  if (cookies.length) headers.cookie = cookies.join("; ");
  // Constat keeps it in memory for some seconds, to limit the rate, and writes it nowhere. Behind a proxy of your
  // own, Express knows the visitor's address by its setting `trust proxy`.
  headers["x-forwarded-for"] = request.ip ?? request.socket.remoteAddress;
  return headers;
}

function end(response, status) {
  response.writeHead(status, { "cache-control": "no-store", connection: "close" }).end();
}

// By itself it is a server of nothing else.
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  http.createServer((request, response) => constat(request, response, () => end(response, 404)))
    .listen(3000, "127.0.0.1");
}

// The site's service worker: it holds one build of the page, so that the page works without a network and never gets
// files of two builds.
//
// BUILD, NEEDED and ON_DEMAND stand before this, written by deliver/src/offline.rs: the build's id, and the SHA-256 of each file
// by its address. It keeps nothing but what it has fetched itself and what has that sum, so never a file of a reader.
"use strict";

// Caches belong to the whole host, where another page of ours may lie below another path.
const OURS = `gateway-triage ${registration.scope} `;
const OWN = OURS + BUILD;
// Names that change with the content.
const HASHED = /-[0-9a-f]{16}(_\w+)?\.\w+$/;

const absolute = (name) => new URL(name, registration.scope).href;
const needed = Object.keys(NEEDED).map(absolute);
const sums = new Map(Object.entries({ ...NEEDED, ...ON_DEMAND }).map(([name, sum]) => [absolute(name), sum]));

addEventListener("install", (event) => event.waitUntil(install()));
// The first page of all was loaded before there was a worker.
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// All or nothing: where the host is in the middle of an update, a sum differs, and the worker before stays.
async function install() {
  const cache = await caches.open(OWN);
  await Promise.all(needed.map((address) => load(cache, address)));
}

async function load(cache, address) {
  const ask = (cache) => fetch(address, { cache, integrity: sums.get(address) });
  // What the browser has may be wrong all the same: taken from a host in the middle of an update, or, where a host went back
  // to an older build, called unchanged because of its time.
  const response = await ask(HASHED.test(address) ? "default" : "no-cache").catch(() => ask("reload"));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, response.clone());
  return response;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  url.hash = "";
  const page = request.mode === "navigate";
  if (page) url.search = "";
  const address = url.href === absolute("index.html") ? absolute("./") : url.href;
  if (sums.has(address)) {
    const answer = own(address);
    // Without its cache, this build may be gone; the page that the host has now brings files of its own.
    event.respondWith(page ? answer.catch(() => fetch(request)) : answer);
  } else if (address.startsWith(registration.scope) && HASHED.test(address)) {
    event.respondWith(older(request));
  }
});

async function own(address) {
  const cache = await caches.open(OWN);
  return (await cache.match(address, { ignoreVary: true })) ?? load(cache, address);
}

// A tab that was open before this build took over goes on with its own.
async function older(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

// What boot.js says: a page that has started tells its build and asks for this one; a reader wants the new version.
addEventListener("message", (event) => {
  if (event.data === "take over") {
    skipWaiting();
  } else if (event.data?.build) {
    event.ports[0]?.postMessage(BUILD);
    if (event.data.build === BUILD) event.waitUntil(tidy());
  }
});

// Removes older builds when no other tab can need them; a worker that waits has a build of its own.
async function tidy() {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const names = await caches.keys();
  if (pages.filter((page) => page.url.startsWith(registration.scope)).length > 1) return;
  if (registration.installing || registration.waiting) return;
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== OWN).map((name) => caches.delete(name)));
}

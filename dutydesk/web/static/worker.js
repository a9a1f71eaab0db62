// Keeps the commander's map in the browser for when the link is gone. Contents are kept by the page itself.
"use strict";
const KEPT = "command-1";
const SHELL = ["/command", "/command/base.json", "/static/desk.svg", "/static/vendor/leaflet.css", "/static/command.css", "/static/vendor/leaflet.js", "/static/grains.js", "/static/command_link.js", "/static/command_map.js", "/static/command_draw.js", "/map/outlines.json"];
const PATIENCE = 6000;   // milliseconds a bad link is given before what is kept is shown

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// The newest from the desk; what is kept where it does not come in time.
async function newest(request, path) {
  const kept = await caches.open(KEPT);
  const fresh = fetch(request).then((answer) => {
    if (answer.ok) kept.put(path, answer.clone());
    return answer;
  });
  const old = await kept.match(path);
  if (!old) return fresh;
  const late = new Promise((done) => setTimeout(() => done(old), PATIENCE));
  return Promise.race([fresh.catch(() => old), late]);
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin && SHELL.includes(pathname)) event.respondWith(newest(event.request, pathname));
});

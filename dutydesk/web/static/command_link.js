// What the commander's map knows: fetched as changes, kept for when the link is gone; orders wait here until they are sent.
(function () {
  "use strict";
  const listeners = [];
  const link = { head: {}, sections: {}, stamp: 0, version: "", live: false, base: null, outlines: null };
  const tell = (what) => listeners.forEach((each) => each(what));
  link.on = (listener) => listeners.push(listener);

  // ---- what is kept in the browser: a full store must not stop the map ----
  function keep(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch (full) { /* the map goes on without */ }
  }
  function kept(name) {
    try { return JSON.parse(localStorage.getItem(name)); } catch (broken) { return null; }
  }

  let incident = new URLSearchParams(location.search).get("incident") || kept("command.incident") || "first";
  const slot = () => "command.state." + incident;

  function recall() {
    const old = kept(slot());
    if (old) Object.assign(link, old);
  }

  function merge(fresh) {
    if (fresh.whole) link.sections = fresh.sections;
    else Object.entries(fresh.sections).forEach(([name, part]) => {
      const own = link.sections[name] || (link.sections[name] = {});
      Object.entries(part).forEach(([key, value]) => { if (value === null) delete own[key]; else own[key] = value; });
    });
    const { sections, whole, version, ...head } = fresh;
    Object.assign(link, { head, version, stamp: head.now });
    keep(slot(), { head, version, stamp: link.stamp, sections: link.sections });
  }

  // ---- fetching: one request at a time, no more than one in two seconds ----
  let busy = false, again = false;
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch("/command/state.json?incident=" + encodeURIComponent(incident) + "&after=" + link.version);
      if (answer.status === 409 && incident !== "first") { await choose("first"); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      merge(await answer.json());
      if (link.base && link.head.base !== link.base.tag) await ground();
      link.live = true;
      tell("state");
      flush();
    } catch (lost) {
      link.live = false;
      tell("lost");
    } finally {
      setTimeout(() => { busy = false; if (again) { again = false; refresh(); } }, 2000);
    }
  }

  async function ground() {
    const answer = await fetch("/command/base.json");
    link.base = Object.assign(await answer.json(), { tag: (answer.headers.get("ETag") || "").replace(/W\/|"/g, "") });
    if (!link.outlines) link.outlines = await (await fetch("/map/outlines.json")).json();
    tell("base");
  }

  async function choose(wanted) {
    incident = wanted;
    keep("command.incident", wanted);
    Object.assign(link, { head: {}, sections: {}, version: "", stamp: 0 });
    recall();
    tell("state");
    busy = again = false;
    await refresh();
  }
  link.choose = choose;
  link.past = async (at) => {
    const answer = await fetch("/command/state.json?incident=" + encodeURIComponent(link.head.incident) + "&at=" + Math.round(at));
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  // ---- the live stream says when something was written ----
  let source = null, heard = performance.now(), tried = 0;
  function listen() {
    if (source) source.close();
    tried = performance.now();
    source = new EventSource("/events");
    source.addEventListener("seq", () => { alive(); refresh(); });
    source.addEventListener("tick", alive);
  }
  function alive() {
    heard = performance.now();
    if (!link.live) refresh();
  }
  setInterval(() => {
    if (performance.now() - heard < 6000) return;
    if (link.live) { link.live = false; tell("lost"); }
    if (performance.now() - tried > 5000) listen();
  }, 1000);
  setInterval(() => { if (link.live) refresh(); }, 60000);

  // ---- orders: kept until the desk says they are done ----
  let orders = kept("command.orders") || [], sending = false;
  const token = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (each) => each.toString(16).padStart(2, "0")).join("");
  link.token = token;
  link.orders = () => orders;
  link.order = (order, said) => {
    orders.push({ ...order, token: token(), said, made: Date.now() });
    saved();
    flush();
  };
  link.drop = (which) => { orders = orders.filter((each) => each.token !== which); saved(); };
  link.retry = (which) => { orders.filter((each) => each.token === which).forEach((each) => { delete each.problem; }); saved(); flush(); };
  function saved() {
    keep("command.orders", orders);
    tell("orders");
  }

  async function flush() {
    if (sending) return;
    sending = true;
    try {
      for (let next; (next = orders.find((each) => !each.problem));) {
        const { said, made, problem, ...body } = next;
        const answer = await fetch("/command/orders", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        if (answer.ok) orders = orders.filter((each) => each !== next);
        else if (answer.status < 500) next.problem = (await answer.json()).error || "没有办成";
        else throw new Error(String(answer.status));
        saved();
      }
      if (link.live) refresh();
    } catch (lost) {
      saved();      // still here: sent again when the link is back
    } finally {
      sending = false;
    }
  }

  window.dutyLink = link;
  document.addEventListener("DOMContentLoaded", async () => {
    recall();
    listen();
    try { await ground(); } catch (lost) { tell("lost"); }
    tell("state");
    tell("orders");
    refresh();
    if (navigator.serviceWorker) navigator.serviceWorker.register("/command/worker.js", { scope: "/command" }).catch(() => { /* plain http: no reload without a link */ });
  });
})();

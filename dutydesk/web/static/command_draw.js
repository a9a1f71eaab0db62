// Drawing on the commander's map, and the orders that wait to be sent.
(function () {
  "use strict";
  const link = window.dutyLink, { map, hm, make, past } = window.dutyMap, { INK } = window.dutyGrains;
  const $ = (selector, root) => (root || document).querySelector(selector);
  const pen = $("#pen"), WORDS = {}, SHAPES = {};
  document.querySelectorAll(".tools [data-sort]").forEach((button) => { WORDS[button.dataset.sort] = button.textContent; SHAPES[button.dataset.sort] = button.dataset.shape; });
  // Told by their lines, not by colours: a fire line is beaded, a break is double, a way out is dashed.
  const LINES = {
    fire_line: [{ weight: 7, color: "#fff" }, { weight: 4.5, color: INK.ink }, { weight: 2, color: "#fff", dashArray: "1 9", lineCap: "round" }],
    break: [{ weight: 7, color: INK.ink }, { weight: 3, color: "#fff" }],
    safe_zone: [{ weight: 2.4, color: INK.green, dashArray: "9 5", fillColor: INK.green, fillOpacity: 0.12 }],
    way_out: [{ weight: 6, color: "#fff" }, { weight: 3.4, color: INK.violet, dashArray: "12 7" }],
    note: [],
  };

  // ---- what is drawn ----
  function shapes(sort, points, waits) {
    const at = points.map(([lon, lat]) => [lat, lon]);
    return LINES[sort].map((line) => L[SHAPES[sort] === "Polygon" ? "polygon" : "polyline"](at, { pane: "drawn", interactive: false, opacity: waits ? 0.55 : 1, ...line }));
  }
  function label(sort, text, points, waits, open) {
    const middle = points[Math.floor(points.length / 2)];
    const mark = L.marker([middle[1], middle[0]], { icon: L.divIcon({ className: "drawn-name" + (waits ? " waits" : ""), html: "", iconSize: null }), keyboard: Boolean(open), interactive: Boolean(open) });
    mark.on("add", () => { mark.getElement().textContent = (sort === "note" ? "" : WORDS[sort]) + (text ? (sort === "note" ? "" : " ") + text : "") + (waits ? "（未发送）" : ""); });
    if (open) mark.on("click keypress", (event) => { if (!event.originalEvent.key || event.originalEvent.key === "Enter") open(); });
    return mark;
  }
  const pending = (id) => link.orders().filter((each) => each.id === id);
  function paint(drawings) {
    const parts = [], gone = new Set(link.orders().filter((each) => each.what === "rub").map((each) => each.id));
    Object.entries(drawings).forEach(([id, [sort, text, points, version, at, by]]) => {
      const waits = gone.has(id);
      parts.push(...shapes(sort, points, waits), label(sort, text, points, waits, () => told(id, sort, text, version, at, by)));
    });
    if (!past()) link.orders().filter((each) => each.what === "draw" && !drawings[each.id]).forEach((each) => parts.push(...shapes(each.sort, each.points, true), label(each.sort, each.text, each.points, true)));
    return L.layerGroup(parts);
  }
  function told(id, sort, text, version, at, by) {
    const box = $("#told");
    box.textContent = "";
    make("b", WORDS[sort] + (text ? "：" + text : ""), box);
    make("div", hm(at) + " " + by + (version > 1 ? " · 第 " + version + " 版" : ""), box);
    if (!past()) [["undo", "撤销上一步"], ["rub", "擦除"]].forEach(([what, word]) => {
      const button = make("button", word, box);
      button.type = "button";
      button.onclick = () => { box.hidden = true; link.order({ what, id, version: version + 1 + pending(id).length }, word + WORDS[sort]); };
    });
    box.hidden = false;
    box.style.left = box.style.top = "";
    box.classList.add("fixed");
  }
  map.on("click movestart", () => $("#told").classList.remove("fixed"));

  // ---- the pen ----
  let sort = "", points = [], trace = L.layerGroup().addTo(map);
  const least = () => ({ Point: 1, LineString: 2, Polygon: 3 })[SHAPES[sort]];
  function retrace() {
    trace.clearLayers();
    shapes(sort || "note", points).forEach((each) => trace.addLayer(each));
    points.forEach(([lon, lat]) => trace.addLayer(L.circleMarker([lat, lon], { pane: "drawn", radius: 5, color: INK.ink, weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false })));
    $("b", pen).textContent = WORDS[sort] + " · " + points.length + " 点";
    $("[type=submit]", pen).disabled = points.length < least() || (SHAPES[sort] === "Point" && !$("input", pen).value.trim());
  }
  function add(place) {
    const point = [Number(place.lng.toFixed(6)), Number(place.lat.toFixed(6))];
    if (SHAPES[sort] === "Point") points = [point]; else points.push(point);
    retrace();
  }
  function take(wanted) {
    sort = wanted; points = []; trace.clearLayers();
    document.documentElement.classList.toggle("drawing", Boolean(sort));
    pen.hidden = $("#cross").hidden = !sort;
    document.querySelectorAll(".tools [data-sort]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.sort === sort)));
    if (sort) { $("input", pen).value = ""; retrace(); }
  }
  document.querySelectorAll(".tools [data-sort]").forEach((button) => { button.onclick = () => take(button.dataset.sort === sort ? "" : button.dataset.sort); });
  map.doubleClickZoom.disable();
  map.on("click", (event) => { if (sort) add(event.latlng); });
  $("[data-do=middle]", pen).onclick = () => add(map.getCenter());
  $("[data-do=back]", pen).onclick = () => { points.pop(); retrace(); };
  $("[data-do=drop]", pen).onclick = () => take("");
  $("input", pen).oninput = retrace;
  pen.onsubmit = (event) => {
    event.preventDefault();
    if ($("[type=submit]", pen).disabled) return;
    const text = $("input", pen).value.trim();
    link.order({ what: "draw", id: link.token(), version: 1, incident: link.head.incident || "", sort, text, points }, "画" + WORDS[sort] + (text ? "：" + text : ""));
    take("");
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") take(""); });

  // ---- orders that are not sent ----
  function queue() {
    const box = $("#queue"), list = $("ol", box), orders = link.orders();
    box.hidden = !orders.length;
    $("h2", box).textContent = "未发送 " + orders.length;
    list.textContent = "";
    orders.forEach((each) => {
      const line = make("li", "", list);
      make("span", each.said, line);
      make("small", each.problem ? "没有办成：" + each.problem : "未发送，连上后自动发", line);
      if (each.problem) { const button = make("button", "再发", line); button.type = "button"; button.onclick = () => link.retry(each.token); }
      const drop = make("button", "不发了", line);
      drop.type = "button";
      drop.onclick = () => link.drop(each.token);
    });
  }
  window.dutyDraw = { paint };
  link.on((what) => { if (what === "orders") { queue(); window.dutyMap.paint(); } });
})();

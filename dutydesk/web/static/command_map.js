// The commander's map: layers with a switch each, the counts beside them, the past by a slider. It decides nothing.
(function () {
  "use strict";
  const { INK, SIZE, draw, Grains } = window.dutyGrains, link = window.dutyLink;
  const $ = (selector, root) => (root || document).querySelector(selector);
  const make = (tag, text, of) => { const found = document.createElement(tag); if (text) found.textContent = text; if (of) of.appendChild(found); return found; };
  const map = L.map("map", { renderer: L.canvas({ padding: 0.3 }), attributionControl: false, zoomControl: false, zoomSnap: 0.25, minZoom: 7, maxZoom: 17 }).setView([0, 0], 8);
  ["ground", "warned", "drawn"].forEach((name, rank) => { map.createPane(name).style.zIndex = [380, 390, 430][rank]; });
  const pens = { ground: L.canvas({ pane: "ground", padding: 0.3 }), warned: L.canvas({ pane: "warned", padding: 0.3 }) };
  let past = null;                       // what is shown while the past is played, else null
  const shown = (name) => (past ? past.sections : link.sections)[name] || {};
  const local = (ms) => new Date(ms + (link.head.zone || 0) * 60000).toISOString();
  const hm = (ms) => local(ms).slice(11, 16);

  // ---- what a place's letter means: word, shape, paint, how loud ----
  const STATES = { w: ["待值班员", "diamond", "ink", 3], t: ["转达", "diamond", "paper", 2], r: ["催办", "ring", "ink", 1], c: ["正在叫", "ring", "ink", 1], s: ["待叫", "ring", "soft", 1], a: ["已应", "dot", "ink", 0], x: ["已结", "dot", "faint", 0] };
  const LETTERS = Object.keys(STATES);
  const SHELTERS = [["待启用，有空位", "house-empty", "green"], ["已启用，有空位", "house", "green"], ["已满", "house", "soft"], ["此灾种不可用", "house-crossed", "ink"], ["停用", "house-crossed", "faint"]];
  const TEAMS = [["待命", "triangle", "violet"], ["出动、在途、到场", "triangle", "ink"], ["休整", "triangle", "paper"]];
  const COLOURS = ["", "red", "orange", "yellow", "blue"], COLOUR_WORDS = { red: "红色", orange: "橙色", yellow: "黄色", blue: "蓝色" };
  const GAUGES = COLOURS.map((name) => [name ? "超" + COLOUR_WORDS[name] + "阈值" : "正常", name ? "diamond" : "ring", name || "teal"]);
  const TEAM_WORDS = { standby: "待命", called_out: "已出动", under_way: "在途", on_scene: "到场", resting: "休整" };

  // ---- points: made once from what never changes, painted anew when a state changes ----
  function points(styles, rows, tell, more) {
    const scale = link.base.scale, data = Object.assign({ rows: rows.map((row) => [row.lat / scale, row.lon / scale, row.style, row.name]), styles: styles.map((each) => [each[1], each[2]]), texts: [], words: styles.map((each) => each[0]), tell: (i) => tell(rows[i]) }, more);
    const grains = new Grains(data);
    grains.paintAgain = (style) => { rows.forEach((row, i) => { data.rows[i][2] = style(row); }); if (map.hasLayer(grains)) grains.paint(); };
    grains.rows = rows;
    return grains;
  }
  const row = ([id, name, lon, lat, ...rest]) => ({ id, name, lon, lat, rest, style: 0 });

  const LAYERS = [
    { key: "colours", word: "预警颜色", on: true, styles: COLOURS.slice(1).map((name) => [COLOUR_WORDS[name], "area", name]), shape: () => ground() },
    { key: "warned", word: "预警画出的范围", on: true, styles: [["范围", "outline", "ink"]], shape: () => warned() },
    { key: "callouts", word: "叫应", on: true, styles: LETTERS.map((letter) => STATES[letter]), make: () => called(), style: (each) => LETTERS.indexOf((shown("states")[each.town] || "")[each.rank]) },
    { key: "places", word: "村居、重点场所", on: false, styles: [["地点", "dot", "faint"]], make: () => places() },
    { key: "shelters", word: "避难场所", on: false, styles: SHELTERS, make: () => points(SHELTERS, link.base.shelters.map(row), shelterLines), style: shelterStyle, now: true },
    { key: "teams", word: "救援队伍", on: false, styles: TEAMS, make: () => points(TEAMS, link.base.teams.filter((each) => each[4] !== "village").map(row), teamLines), style: teamStyle, now: true },
    { key: "village_teams", word: "村级队伍", on: false, styles: TEAMS, make: () => points(TEAMS, link.base.teams.filter((each) => each[4] === "village").map(row), teamLines), style: teamStyle, now: true },
    { key: "depots", word: "物资储备", on: false, styles: [["储备点", "crate", "brown"]], make: () => points([["", "crate", "brown"]], link.base.depots.map(row), (each) => [each.name, "物资储备", each.rest[0] && "电话 " + each.rest[0]]) },
    { key: "water", word: "取水点", on: false, styles: [["取水点", "drop", "teal"]], make: () => points([["", "drop", "teal"]], link.base.water.map(row), (each) => [each.name, "取水点", each.rest[1] && each.rest[1] + " 立方米"]) },
    { key: "gauges", word: "雨量、水位站", on: false, styles: GAUGES, make: () => points(GAUGES, link.base.gauges.map(row), gaugeLines), style: (each) => COLOURS.indexOf((shown("gauges")[each.id] || [""])[0]), now: true },
    { key: "fires", word: "卫星热点", on: true, styles: [["未核实", "diamond", "ink"], ["已核实是火", "diamond", "violet"], ["核实无火", "diamond", "paper"]], shape: () => fires(), now: true },
    { key: "wind", word: "午间风速（公里/时）", on: false, styles: [], shape: () => wind(), now: true },
    { key: "drawn", word: "标绘", on: true, styles: [], shape: () => window.dutyDraw && window.dutyDraw.paint(shown("drawings")) },
  ];

  function everywhere() {
    const rows = [];
    Object.entries(link.base.places).forEach(([town, found]) => found.forEach((each, rank) => rows.push({ ...row(each), town, rank })));
    return rows;
  }
  const stateOf = (each) => STATES[(shown("states")[each.town] || "")[each.rank]];
  const called = () => points(LETTERS.map((letter) => STATES[letter]), everywhere(), (each) => [each.name, stateOf(each)[0]], { rank: LETTERS.map((letter) => STATES[letter][3]) });
  const places = () => points([["地点", "dot", "faint"]], everywhere(), (each) => [each.name, stateOf(each) ? stateOf(each)[0] : "没有叫"], { rank: [0] });
  function shelterStyle(each) {
    const [state, , free, why] = shown("shelters")[each.id] || ["closed"];
    return state === "closed" ? 4 : why ? 3 : !free ? 2 : state === "open" ? 1 : 0;
  }
  function shelterLines(each) {
    const [state, registered, free, why] = shown("shelters")[each.id] || ["", 0, 0, ""];
    return [each.name, "空位 " + free + " / 容量 " + each.rest[0] + "（已安置 " + registered + "）", SHELTERS[shelterStyle(each)][0], why, each.rest[1] && "电话 " + each.rest[1]];
  }
  function teamStyle(each) {
    const state = shown("teams")[each.id];
    return !state ? 0 : state === "resting" ? 2 : 1;
  }
  function teamLines(each) {
    return [each.name, each.rest[1] + " 人 · " + (TEAM_WORDS[shown("teams")[each.id] || "standby"]), each.rest[2] && "电话 " + each.rest[2]];
  }
  function gaugeLines(each) {
    const [colour, level, flow, at] = shown("gauges")[each.id] || ["", null, null, null];
    return [each.name, at ? hm(at) + " 的读数" : "近来没有读数", level !== null && "水位 " + level + " 米", flow !== null && "流量 " + flow + " 立方米/秒", colour && "超" + COLOUR_WORDS[colour] + "阈值"];
  }

  // ---- areas ----
  let outlines = null;
  const pictures = L.layerGroup().addTo(map);
  function look(feature) {
    const town = feature.properties.level === "town", colour = LAYERS[0].on && shown("colours")[feature.properties.id];
    const [due, , , , silent] = shown("tallies")[feature.properties.id] || [0, 0, 0, 0, 0];
    return { color: town ? "#c3cad0" : INK.county, weight: town ? 0.7 : 1.6, fill: true, fillColor: town && colour ? INK[colour] : INK.land, fillOpacity: town ? (colour ? 0.32 + 0.4 * (due ? silent / due : 0) : 0) : link.base.tiles.length ? 0 : 1 };
  }
  function ground() {
    if (outlines) outlines.setStyle(look);
    return null;
  }
  function warned() {
    const scale = link.base.scale, rings = (parts) => parts.map((part) => part.map((ring) => ring.map(([lon, lat]) => [lat / scale, lon / scale])));
    return L.layerGroup(Object.values(shown("warned")).map(([colour, parts]) => L.polygon(rings(parts), { pane: "warned", renderer: pens.warned, interactive: false, color: INK[colour] || INK.ink, weight: 2.6, fillOpacity: 0.06 })));
  }
  function fires() {
    const scale = link.base.scale;
    return L.layerGroup(Object.values(shown("fires")).map(([lon, lat, pixels, result, at]) => L.circleMarker([lat / scale, lon / scale], { pane: "drawn", radius: 6 + Math.min(6, Math.log2(pixels + 1)), color: INK.ink, weight: result === "none" ? 1.2 : 3, fillColor: result === "fire" ? INK.violet : "#fff", fillOpacity: 0.9 }).bindTooltip("卫星热点 " + hm(at) + " · " + pixels + " 个像元" + (result === "fire" ? " · 已核实是火" : result === "none" ? " · 核实无火" : " · 未核实"))));
  }
  function wind() {
    const at = new Map(link.base.areas.map(([id, , , lon, lat]) => [id, [lat / link.base.scale, lon / link.base.scale]]));
    return L.layerGroup(Object.entries(shown("wind")).filter(([id]) => at.has(id)).map(([id, speed]) => L.marker(at.get(id), { interactive: false, keyboard: false, icon: L.divIcon({ className: "windy", html: "", iconSize: null }) }).on("add", (event) => { event.target.getElement().textContent = "〜" + Math.round(speed); })));
  }

  // ---- layers and their switches: the legend is the switches ----
  function swatch(shape, paint) {
    const sheet = make("canvas"), pen = sheet.getContext("2d");
    sheet.width = sheet.height = 36; sheet.setAttribute("aria-hidden", "true");
    pen.scale(2, 2); pen.translate(9, 9);
    if (shape === "area") { pen.globalAlpha = 0.5; pen.fillStyle = INK[paint]; pen.fillRect(-7, -5, 14, 10); pen.globalAlpha = 1; pen.strokeRect(-7, -5, 14, 10); }
    else if (shape === "outline") { pen.strokeStyle = INK[paint]; pen.lineWidth = 2.4; pen.strokeRect(-6, -4, 12, 8); }
    else draw(pen, shape, paint, Math.max(SIZE[shape], 3));
    return sheet;
  }
  function switches() {
    const box = $("#layer-rows");
    box.textContent = "";
    LAYERS.forEach((layer) => {
      const label = make("label", "", make("section", "", box)), tick = make("input", "", label);
      tick.type = "checkbox"; tick.checked = layer.on; tick.dataset.layer = layer.key;
      make("span", layer.word, label);
      layer.count = make("small", "", label);
      if (layer.styles.length > 1) {
        const list = make("ul", "", label.parentNode);
        layer.styles.forEach(([word, shape, paint]) => { const line = make("li", "", list); line.appendChild(swatch(shape, paint)); make("span", word, line); });
      } else layer.styles.forEach(([, shape, paint]) => label.insertBefore(swatch(shape, paint), label.children[1]));
      const off = () => label.parentNode.classList.toggle("off", !layer.on);
      tick.onchange = () => { layer.on = tick.checked; off(); show(layer); };
      off();
    });
  }
  function show(layer) {
    if (!link.base) return;
    const on = layer.on && !(past && layer.now);
    if (layer.shape) {
      if (layer.made) layer.made.remove();
      layer.made = on || layer.key === "colours" ? layer.shape() : null;
      if (layer.made) layer.made.addTo(map);
      return;
    }
    if (!layer.made && on) layer.made = layer.make();
    if (!layer.made) return;
    if (on && !map.hasLayer(layer.made)) layer.made.addTo(map); else if (!on) layer.made.remove();
    if (layer.style) layer.made.paintAgain(layer.style);
    layer.count.textContent = layer.made.data.rows.filter((each) => each[2] >= 0).length;
  }

  // ---- the counts ----
  function board() {
    const body = $("#board tbody"), names = new Map(link.base.areas.map(([id, name]) => [id, name]));
    const towns = new Set(link.base.areas.filter((each) => each[2] === "town").map((each) => each[0]));   // counted in their counties
    const sums = Object.entries(shown("tallies")).filter(([id]) => !towns.has(id)).map(([id, told]) => [names.get(id) || id || "市本级", id, told]);
    body.textContent = "";
    sums.sort((a, b) => b[2][5] - a[2][5] || b[2][4] - a[2][4] || a[1].localeCompare(b[1])).forEach(([name, id, [due, , answered, acted, silent, officer]]) => {
      const line = make("tr", "", body), head = make("th", name.split("（")[0], line);
      head.scope = "row"; line.dataset.place = id;
      [due, answered, acted, silent, officer].forEach((count, i) => { const cell = make("td", String(count), line); cell.className = "n" + (i > 2 && count ? " loud" : ""); });
    });
    if (!sums.length) { const cell = make("td", "现在没有叫应", make("tr", "", body)); cell.colSpan = 6; }
    const alarms = shown("alarms"), list = $("#alarms");
    list.textContent = "";
    (alarms.rows || []).slice(-6).reverse().forEach(([at, reason, place]) => { const line = make("li", "", list); make("time", hm(at), line); make("span", reason + (place ? " · " + place : ""), line); });
    list.previousElementSibling.textContent = alarms.ringing ? "报警 · 还没有人接" : "报警";
    [list, list.previousElementSibling].forEach((each) => each.classList.toggle("ringing", Boolean(alarms.ringing)));
  }

  function stamp() {
    const box = $("#stamp"), at = past ? past.at : link.stamp;
    box.dataset.state = past ? "past" : link.live ? "live" : link.stamp ? "lost" : "waiting";
    $("b", box).textContent = at ? hm(at) : "–";
    $("small", box).textContent = past ? "当时的情况（回放）" : link.live ? (link.head.officer ? "实时" : "实时，只看") : link.stamp ? "的情况 · 断线" : "正在取数据";
  }
  function incidents() {
    const select = $("#incident"), known = Object.entries(link.head.incidents || {}), own = link.head.incident;
    select.textContent = "";
    known.forEach(([id, [number, family]]) => { const option = make("option", family + " " + number, select); option.value = id; });
    if (own && !known.some(([id]) => id === own)) make("option", "已结束的事件", select).value = own;
    if (!known.length && !own) make("option", "没有进行中的事件", select).value = "first";
    select.value = own || "first";
  }

  function paint() {
    stamp();
    if (!link.base) return;
    LAYERS.forEach(show);
    board();
    incidents();
  }

  let aimed = false;
  function aim() {
    if (aimed || !link.stamp || !outlines || !outlines.getLayers().length) return;
    aimed = true;
    const coloured = outlines.getLayers().filter((each) => each.feature.properties.level === "town" && shown("colours")[each.feature.properties.id]);
    map.fitBounds((coloured.length ? L.featureGroup(coloured) : outlines).getBounds(), { padding: [30, 30], animate: false });
  }

  function based() {
    if (outlines) outlines.remove();
    const level = (name) => link.outlines.features.filter((each) => each.properties.level === name);
    outlines = L.geoJSON({ type: "FeatureCollection", features: level("county").concat(level("town")) }, { pane: "ground", renderer: pens.ground, style: look, interactive: false }).addTo(map);
    const [west, south, east, north] = link.base.extent;
    if (!outlines.getLayers().length) map.fitBounds([[south, west], [north, east]], { animate: false });
    LAYERS.forEach((layer) => { if (layer.made) { layer.made.remove(); layer.made = null; } });
    const foot = $("#foot");
    foot.textContent = "";
    pictures.clearLayers();
    link.base.tiles.forEach((address) => pictures.addLayer(L.tileLayer(address, { maxZoom: 17, maxNativeZoom: link.base.deepest })));
    if (link.base.approval) make("b", "审图号 " + link.base.approval, foot);
    make("span", link.base.attribution, foot);
    document.documentElement.dataset.ready = "1";
  }

  // ---- what lies under the finger ----
  function told(event) {
    const box = $("#told");
    const found = LAYERS.filter((layer) => layer.made && layer.made.near && map.hasLayer(layer.made)).map((layer) => layer.made.near(event.layerPoint)).filter(Boolean).sort((a, b) => a.far - b.far)[0];
    box.hidden = !found;
    if (!found) return;
    box.textContent = "";
    found.lines.filter(Boolean).forEach((line, i) => make(i ? "div" : "b", line, box));
    const size = map.getSize(), at = event.containerPoint;
    box.style.left = Math.max(8, Math.min(at.x + 14, size.x - box.offsetWidth - 8)) + "px";
    box.style.top = Math.max(8, Math.min(at.y + 14, size.y - box.offsetHeight - 8)) + "px";
    if (found.heap && event.type === "click") map.setView(event.latlng, map.getZoom() + 1.5);
  }
  map.on("mousemove click", (event) => { if (!document.documentElement.classList.contains("drawing")) told(event); });
  map.on("movestart zoomstart", () => { $("#told").hidden = true; });

  // ---- the past by a slider ----
  const player = $("#player"), slider = $("input", player);
  let playing = 0, wanted = 0, asking = false;
  const moment = () => link.head.since + (Math.min(link.head.until, link.stamp || link.head.until) - link.head.since) * slider.value / 1000;
  async function rewind() {
    $("output", player).textContent = local(moment()).slice(5, 16).replace("T", " ");
    wanted = moment();
    if (asking) return;
    asking = true;
    try {
      for (let at; at !== wanted;) { at = wanted; const found = await link.past(at); if (!player.hidden) past = { sections: found.sections, at }; }
      paint();
    } catch (lost) {
      $("output", player).textContent = "断线，回放取不到";
      pause();
    } finally {
      asking = false;
    }
  }
  function pause() {
    clearInterval(playing); playing = 0;
    const button = $("[data-do=play]", player);
    button.textContent = "播放"; button.setAttribute("aria-pressed", "false");
  }
  function play() {
    if (playing) { pause(); return; }
    if (Number(slider.value) >= 1000) slider.value = 0;
    playing = setInterval(() => { if (asking) return; slider.value = Number(slider.value) + 10; rewind(); if (Number(slider.value) >= 1000) pause(); }, 700);
    $("[data-do=play]", player).textContent = "暂停"; $("[data-do=play]", player).setAttribute("aria-pressed", "true");
  }
  function present() { pause(); player.hidden = true; past = null; $("#replay").setAttribute("aria-pressed", "false"); paint(); }
  $("#replay").onclick = () => {
    if (!player.hidden || !link.head.since) { present(); return; }
    player.hidden = false; slider.value = 1000; $("#replay").setAttribute("aria-pressed", "true"); rewind();
  };
  slider.oninput = () => { pause(); rewind(); };
  $("[data-do=play]", player).onclick = play;
  $("[data-do=now]", player).onclick = present;

  $("#print").onclick = () => window.print();
  $("#incident").onchange = (event) => { present(); aimed = false; link.choose(event.target.value); };
  document.querySelectorAll(".fold").forEach((button) => { button.onclick = () => { const open = button.getAttribute("aria-expanded") !== "true"; button.setAttribute("aria-expanded", String(open)); button.closest("section").classList.toggle("open", open); $("#" + button.getAttribute("aria-controls")).hidden = !open; }; });
  if (window.innerWidth < 720) document.querySelectorAll(".fold").forEach((button) => button.click());

  switches();
  window.dutyMap = { map, paint, hm, make, past: () => past };
  link.on((what) => {
    if (what === "base") { based(); paint(); }
    if (what === "state" && !past) { paint(); if (link.base) aim(); }
    if (what === "lost") stamp();
  });
})();

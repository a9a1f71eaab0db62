// Points on one canvas for each layer, by shape and word: shared by the commander's map and the maps to hand out.
(function () {
  "use strict";
  const INK = { ink: "#14191d", soft: "#56616a", faint: "#9aa4ac", paper: "#ffffff", green: "#1f6b52", violet: "#5a4a86", brown: "#6d5a48", teal: "#3d7f86", red: "#c4161c", orange: "#f08a1d", yellow: "#f6d02f", blue: "#1f62c4", land: "#fbfbfa", county: "#87929a", plain: "#56616a" };
  const ALERTS = ["red", "orange", "yellow", "blue"];
  const MANY = 400, CELL = 46;   // grains in sight before they are heaped; pixels of a heap's cell
  const SIZE = { dot: 2.2, ring: 2.4, diamond: 4.6, house: 5.6, "house-empty": 5.4, "house-crossed": 5.4, triangle: 5, crate: 3.9, drop: 4.4, note: 4.4 };

  // One shape around (0, 0). A light rim keeps shapes apart from the ground and from each other.
  function draw(pen, shape, paint, r) {
    const fill = INK[paint], light = paint === "paper";
    pen.lineJoin = "round";
    pen.beginPath();
    if (shape === "dot" || shape === "ring") pen.arc(0, 0, r, 0, 2 * Math.PI);
    else if (shape === "diamond") { pen.moveTo(0, -r); pen.lineTo(r, 0); pen.lineTo(0, r); pen.lineTo(-r, 0); pen.closePath(); }
    else if (shape === "triangle") { pen.moveTo(0, -r); pen.lineTo(r, r * 0.8); pen.lineTo(-r, r * 0.8); pen.closePath(); }
    else if (shape === "note") { pen.moveTo(-r, -r); pen.lineTo(r, -r); pen.lineTo(r, r * 0.4); pen.lineTo(0, r * 0.4); pen.lineTo(-r * 0.6, r * 1.2); pen.lineTo(-r * 0.5, r * 0.4); pen.lineTo(-r, r * 0.4); pen.closePath(); }
    else if (shape === "crate") pen.rect(-r, -r, 2 * r, 2 * r);
    else if (shape === "drop") { pen.moveTo(0, -r * 1.2); pen.bezierCurveTo(r * 0.5, -r * 0.4, r * 0.95, 0, r * 0.95, r * 0.35); pen.arc(0, r * 0.35, r * 0.95, 0, Math.PI); pen.bezierCurveTo(-r * 0.95, 0, -r * 0.5, -r * 0.4, 0, -r * 1.2); }
    else { pen.moveTo(0, -r * 1.1); pen.lineTo(r, -r * 0.15); pen.lineTo(r, r * 0.9); pen.lineTo(-r, r * 0.9); pen.lineTo(-r, -r * 0.15); pen.closePath(); }
    const hollow = light || ["ring", "house-empty", "house-crossed"].includes(shape);
    pen.strokeStyle = hollow ? (light ? INK.ink : fill) : "#ffffff";
    pen.lineWidth = hollow ? 1.4 : shape === "dot" ? 0.7 : 1.3;
    pen.fillStyle = hollow ? "#ffffff" : fill;
    pen.fill(); pen.stroke();
    if (shape === "house-crossed") {
      pen.beginPath(); pen.moveTo(-r * 1.15, r * 1.15); pen.lineTo(r * 1.15, -r * 1.15);
      pen.lineWidth = 3.4; pen.strokeStyle = "#ffffff"; pen.stroke();
      pen.lineWidth = 1.6; pen.strokeStyle = fill; pen.stroke();
    }
    if (shape === "crate") { pen.beginPath(); pen.moveTo(-r, -r * 0.25); pen.lineTo(r, -r * 0.25); pen.lineWidth = 1; pen.strokeStyle = "#ffffff"; pen.stroke(); }
  }

  // A stamp for each style and size: fifty thousand copies of a picture are quick, fifty thousand paths are not.
  function stamp(shape, paint, r) {
    const dots = window.devicePixelRatio || 1, half = Math.ceil(r * 1.3 + 3);
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = 2 * half * dots;
    const pen = sheet.getContext("2d");
    pen.scale(dots, dots); pen.translate(half, half);
    draw(pen, shape, paint, r);
    return { sheet, half };
  }

  const Grains = L.Layer.extend({
    initialize: function (data) {
      const n = data.rows.length;
      this.data = data; this.x = new Float64Array(n); this.y = new Float64Array(n); this.stamps = {};
      data.rows.forEach((row, i) => {
        this.x[i] = row[1] / 360 + 0.5;
        this.y[i] = 0.5 - Math.log(Math.tan(Math.PI / 4 + row[0] * Math.PI / 360)) / (2 * Math.PI);
      });
    },
    onAdd: function (map) {
      this.map = map;
      this.sheet = L.DomUtil.create("canvas", "leaflet-zoom-hide");
      this.sheet.style.pointerEvents = "none";
      const pane = map.getPane("grains") || map.createPane("grains");
      pane.style.zIndex = 420; pane.style.pointerEvents = "none";
      pane.appendChild(this.sheet);
      map.on("moveend resize", this.paint, this);
      this.paint();
    },
    bringToFront: function () { this.sheet.parentNode.appendChild(this.sheet); },
    onRemove: function (map) { this.sheet.remove(); map.off("moveend resize", this.paint, this); this.sheet = null; },
    radius: function (shape) { return SIZE[shape] * Math.min(1.9, Math.max(0.62, 0.62 + (this.map.getZoom() - 8.5) * 0.17)); },
    paint: function () {
      const map = this.map, size = map.getSize(), pad = size.multiplyBy(0.2), dots = window.devicePixelRatio || 1;
      const from = map.containerPointToLayerPoint(pad.multiplyBy(-1)), world = 256 * Math.pow(2, map.getZoom());
      const corner = map.getPixelOrigin().add(from), wide = size.x + 2 * pad.x, high = size.y + 2 * pad.y;
      L.DomUtil.setPosition(this.sheet, from);
      this.sheet.width = wide * dots; this.sheet.height = high * dots;
      this.sheet.style.width = wide + "px"; this.sheet.style.height = high + "px";
      const pen = this.sheet.getContext("2d");
      const stamps = this.data.styles.map(([shape, paint]) => this.stamp(shape, paint));
      this.seen = []; this.heaps = [];
      for (let i = 0; i < this.x.length; i++) {
        const x = this.x[i] * world - corner.x, y = this.y[i] * world - corner.y;
        if (x >= 0 && y >= 0 && x <= wide && y <= high && stamps[this.data.rows[i][2]]) this.seen.push(i);
      }
      this.from = from; this.world = world; this.corner = corner;
      if (this.data.rank && this.seen.length > MANY) this.heap(pen, dots);
      for (const i of this.seen) {
        const { sheet, half } = stamps[this.data.rows[i][2]];
        const x = this.x[i] * world - corner.x, y = this.y[i] * world - corner.y;
        pen.drawImage(sheet, Math.round((x - half) * dots), Math.round((y - half) * dots));
      }
      if (map.getZoom() >= 12.25 && this.seen.length <= 150) this.name(pen, dots);
    },
    // Where there are too many to tell apart, neighbours become one heap with its number; the loudest are kept out of it.
    heap: function (pen, dots) {
      const cells = new Map(), rank = this.data.rank, alone = [];
      for (const i of this.seen) {
        if (rank[this.data.rows[i][2]] > 1) { alone.push(i); continue; }
        const x = this.x[i] * this.world, y = this.y[i] * this.world, key = Math.floor(x / CELL) + "/" + Math.floor(y / CELL);
        const cell = cells.get(key) || { x: 0, y: 0, all: [] };
        cell.x += x; cell.y += y; cell.all.push(i);
        cells.set(key, cell);
      }
      this.seen = [];
      pen.save(); pen.scale(dots, dots);
      pen.textAlign = "center"; pen.textBaseline = "middle"; pen.font = '600 11px system-ui, "Noto Sans SC", sans-serif';
      for (const { x, y, all } of cells.values()) {
        if (all.length < 4) { this.seen.push(...all); continue; }
        const heap = { x: x / all.length - this.corner.x, y: y / all.length - this.corner.y, r: 8 + 2.2 * Math.log2(all.length), all };
        this.heaps.push(heap);
        pen.beginPath(); pen.arc(heap.x, heap.y, heap.r, 0, 2 * Math.PI);
        const open = all.filter((i) => rank[this.data.rows[i][2]] > 0).length / all.length;
        pen.fillStyle = "rgba(255,255,255,.92)"; pen.fill(); pen.lineWidth = 1; pen.strokeStyle = INK.faint; pen.stroke();
        if (open) { pen.beginPath(); pen.arc(heap.x, heap.y, heap.r, -Math.PI / 2, -Math.PI / 2 + open * 2 * Math.PI); pen.lineWidth = 3; pen.strokeStyle = INK.ink; pen.stroke(); }
        pen.fillStyle = INK.ink; pen.fillText(String(all.length), heap.x, heap.y);
      }
      pen.restore();
      this.seen.push(...alone);
    },
    // Write the names beside the grains, near enough that there is room.
    name: function (pen, dots) {
      pen.scale(dots, dots);
      pen.font = '12px "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';
      pen.lineWidth = 3; pen.strokeStyle = "rgba(255,255,255,.9)"; pen.fillStyle = INK.soft; pen.lineJoin = "round";
      const view = this.world + " " + this.corner, map = this.map;
      if (!map.named || map.named.view !== view) map.named = { view, boxes: [] };
      for (const i of this.seen) {
        const x = this.x[i] * this.world - this.corner.x + 14, y = this.y[i] * this.world - this.corner.y + 4;
        const right = x + pen.measureText(this.data.rows[i][3]).width;
        if (map.named.boxes.some((box) => x < box[1] && right > box[0] && Math.abs(y - box[2]) < 15)) continue;
        map.named.boxes.push([x - 18, right, y]);
        pen.strokeText(this.data.rows[i][3], x, y); pen.fillText(this.data.rows[i][3], x, y);
      }
    },
    stamp: function (shape, paint) {
      const r = this.radius(shape), key = shape + paint + r;
      return this.stamps[key] || (this.stamps[key] = stamp(shape, paint, r));
    },
    // Return the nearest grain to a point of the layer, and how far it is in pixels.
    near: function (point) {
      let best = -1, far = 14 * 14;
      for (const i of this.seen) {
        const dx = this.x[i] * this.world - this.corner.x + this.from.x - point.x;
        const dy = this.y[i] * this.world - this.corner.y + this.from.y - point.y;
        const away = dx * dx + dy * dy;
        if (away <= far) { far = away; best = i; }
      }
      for (const heap of this.heaps) {
        const away = Math.hypot(heap.x + this.from.x - point.x, heap.y + this.from.y - point.y);
        if (best < 0 && away <= heap.r) return { far: 0, lines: this.told(heap.all), heap };
      }
      return best < 0 ? null : { far, lines: this.lines(best) };
    },
    told: function (all) {
      const counts = new Map();
      all.forEach((i) => counts.set(this.data.rows[i][2], (counts.get(this.data.rows[i][2]) || 0) + 1));
      return [all.length + " 处"].concat(Array.from(counts).sort((a, b) => this.data.rank[b[0]] - this.data.rank[a[0]]).map(([style, count]) => this.data.words[style] + " " + count));
    },
    lines: function (i) {
      if (this.data.tell) return this.data.tell(i);
      const row = this.data.rows[i];
      return [row[3]].concat(row.slice(4).map((n) => this.data.texts[n]));
    },
  });

  window.dutyGrains = { INK, ALERTS, SIZE, draw, Grains };
})();

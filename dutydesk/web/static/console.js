// The console in the browser: the live stream, the clock, the alarm's sound, the chosen rows, the keys.
// It must not decide anything; what is shown comes from the server.
(function () {
  "use strict";
  const $ = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail: detail || {}, bubbles: true }));

  // ---- time: the desk's clock, which in a replay runs faster than ours ----
  const zone = Number(document.body.dataset.zone) * 60000;
  const clock = { desk: Number(document.body.dataset.now), mine: performance.now(), rate: 1 };
  const two = (n) => String(n).padStart(2, "0");

  function tick(desk) {
    const mine = performance.now();
    const passed = mine - clock.mine;
    if (passed > 500) clock.rate = Math.min(1000, Math.max(0, (desk - clock.desk) / passed));
    clock.desk = desk;
    clock.mine = mine;
  }

  function deskNow() {
    return clock.desk + Math.min(performance.now() - clock.mine, 2000) * clock.rate;
  }

  function span(ms) {
    let s = Math.floor(Math.abs(ms) / 1000);
    const days = Math.floor(s / 86400);
    s -= days * 86400;
    const h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
    if (days) return days + "天" + two(h) + ":" + two(m);
    return (h ? h + ":" + two(m) : two(m)) + ":" + two(s % 60);
  }

  function paintTime() {
    const now = deskNow();
    const local = new Date(now + zone);
    write($("#clock"), local.toISOString().slice(11, 19));
    write($("#date"), local.toISOString().slice(0, 10) + " 周" + "日一二三四五六"[local.getUTCDay()]);
    all("time.age").forEach((each) => {
      const at = Number(each.dataset.at);
      write(each, (now >= at ? "+" : "−") + span(now - at));
      const due = each.closest(".due, .late-list li");
      if (due) due.classList.toggle(due.tagName === "LI" ? "past" : "late", now > at);
    });
  }

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  // ---- the live stream; a second without a beat is a beat missed, four are a lost line ----
  let seq = Number(document.body.dataset.seq), source = null, heard = performance.now(), lostAt = 0, tried = 0;

  function listen() {
    if (source) source.close();
    tried = performance.now();
    source = new EventSource("/events?after=" + seq);
    source.addEventListener("seq", (event) => {
      seq = JSON.parse(event.data).seq;
      alive();
      changed();
    });
    source.addEventListener("tick", (event) => {
      tick(JSON.parse(event.data).now);
      alive();
    });
  }

  function alive() {
    heard = performance.now();
    if (lostAt) {
      lostAt = 0;
      tell("desk:back");
    }
    show("live", "实时");
  }

  function watch() {
    const quiet = performance.now() - heard;
    if (quiet < 4000) return;
    if (!lostAt) lostAt = heard;
    show("lost", "断线 " + span(performance.now() - lostAt));
    if (performance.now() - tried > 3000) listen();
  }

  function show(state, text) {
    const link = $("#link");
    if (link.dataset.state !== state) link.dataset.state = state;
    write($("span", link), text);
    document.documentElement.classList.toggle("lost", state === "lost");
  }

  let waiting = 0, lastChange = 0;
  function changed() {
    const rest = 400 - (performance.now() - lastChange);
    if (rest <= 0) {
      lastChange = performance.now();
      tell("desk:change");
    } else if (!waiting) {
      waiting = setTimeout(() => { waiting = 0; lastChange = performance.now(); tell("desk:change"); }, rest);
    }
  }

  // ---- nothing jumps under the hand: while the pointer or the focus is in a list, its order stays ----
  let withheld = false;
  const inHand = (list) => list.matches(":hover") || list.contains(document.activeElement);

  function regroup(nodes, order, depth) {
    const groups = [];
    nodes.forEach((node) => {
      const head = !/\bd\d\b/.test(node.className) || node.classList.contains("d" + depth);
      if (head && !node.classList.contains("calls") || !groups.length) groups.push([node]);
      else groups[groups.length - 1].push(node);
    });
    const place = (group) => (order.has(group[0].id) ? order.get(group[0].id) : Infinity);
    const kept = groups.map((group, index) => ({ group, index })).sort((a, b) => {
      const left = place(a.group), right = place(b.group);
      return left === right ? a.index - b.index : left - right;
    });
    if (kept.some((each, index) => each.index !== index)) withheld = true;
    return kept.reduce((list, each) => {
      const [head, ...below] = each.group;
      return list.concat(head, below.length && depth < 4 ? regroup(below, order, depth + 1) : below);
    }, []);
  }

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const held = all("[data-steady]").filter(inHand);
    if (event.detail.target.id !== "live" || !held.length || !event.detail.shouldSwap) return;
    const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    held.forEach((list) => {
      const other = fresh.getElementById(list.id);
      if (!other) return;
      const order = new Map(Array.from(list.children).map((child, index) => [child.id, index]));
      const movable = Array.from(other.children).filter((child) => child.id);
      const fixed = Array.from(other.children).filter((child) => !child.id && child.tagName !== "THEAD");
      regroup(movable, order, 0).concat(fixed).forEach((child) => other.appendChild(child));
    });
    event.detail.serverResponse = fresh.body.innerHTML;
  });

  document.addEventListener("pointerout", () => {
    if (withheld && !all("[data-steady]").some(inHand)) {
      withheld = false;
      changed();
    }
  });

  // ---- morphing keeps what the hand has set: ticks, typed words, opened details, the map ----
  if (window.Idiomorph) {
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
      !(name === "checked" || (name === "open" && node.tagName === "DETAILS") || (name === "value" && typed(node)));
    Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) => !(old.nodeType === 1 && old.hasAttribute("data-keep"));
  }
  function typed(node) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && node.type !== "hidden";
  }

  // ---- chosen rows ----
  const mine = (box) => box.matches("input[name=callout][type=checkbox]") && !box.closest("#card");
  const picks = (root) => all("input[name=callout][type=checkbox]", root).filter(mine);
  let count = 0, choosing = 0;

  function choose() {
    clearTimeout(choosing);
    choosing = setTimeout(() => {
      count = new Set(picks().filter((each) => each.checked).map((each) => each.value)).size;
      document.documentElement.classList.toggle("has-chosen", count > 0);
      tell("desk:chosen");
    }, 60);
  }

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("input.all")) {
      picks(box.closest("table")).forEach((each) => { each.checked = box.checked; twin(each); });
      choose();
    } else if (mine(box)) {
      twin(box);
      choose();
    } else if (box.matches("select.submits")) {
      box.form.requestSubmit();
    }
  });

  function twin(box) {
    picks().forEach((each) => { if (each.value === box.value) each.checked = box.checked; });
  }

  function letGo() {
    all("input.all").concat(picks()).forEach((each) => { each.checked = false; });
    choose();
  }

  document.body.addEventListener("desk:done", letGo);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "live") return;
    const now = new Set(picks().filter((each) => each.checked).map((each) => each.value)).size;
    if (now !== count) choose();
    paintTime();
  });

  // ---- the phone card: its keys go before all others ----
  const cardOpen = () => Boolean($("#card form"));
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "card") return;
    document.documentElement.classList.toggle("has-card", cardOpen());
    if (cardOpen()) $("#phone-card").focus();
  });
  window.addEventListener("pagehide", () => {
    const shut = $("#card .shut");
    if (shut) navigator.sendBeacon(shut.getAttribute("hx-post"));
  });

  // ---- what was done, said in the corner and to screen readers ----
  let saying = 0;
  document.body.addEventListener("desk:say", (event) => say(event.detail.text, event.detail.bad));
  document.body.addEventListener("htmx:sendError", () => say("没有送到：与值班台的连接断了", true));
  document.body.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Trigger")) say("值班台没有办成(" + event.detail.xhr.status + ")", true);
  });
  function say(text, bad) {
    const box = $("#say");
    box.textContent = text;
    box.className = "say shown" + (bad ? " bad" : "");
    clearTimeout(saying);
    saying = setTimeout(() => { box.className = "say"; }, bad ? 9000 : 5000);
  }

  // ---- sound of an alarm nobody has taken; a browser only plays after a gesture ----
  let audio = null, wanted = localStorage.getItem("sound") !== "0";
  const title = document.title;

  function paintSound() {
    const on = Boolean(audio && audio.state === "running" && wanted);
    const button = $("#sound");
    button.setAttribute("aria-pressed", String(on));
    button.classList.toggle("asks", wanted && !on);
    write($("span", button), on ? "声音开" : wanted ? "点此开声" : "声音关");
  }

  function wake() {
    if (!wanted) return;
    if (!audio) {
      audio = new AudioContext();
      audio.onstatechange = paintSound;
    }
    if (audio.state === "suspended") audio.resume();
    paintSound();
  }

  function toggleSound() {
    wanted = !(wanted && audio && audio.state === "running");
    localStorage.setItem("sound", wanted ? "1" : "0");
    wake();
    paintSound();
  }

  function beep() {
    const untaken = Number($("#alarms").dataset.untaken) > 0;
    document.title = untaken ? "【未接警】" + title : title;
    document.documentElement.classList.toggle("ringing", untaken);
    if (!untaken || !wanted || !audio || audio.state !== "running") return;
    [[880, 0], [660, 0.22], [880, 0.44]].forEach(([pitch, after]) => {
      const tone = audio.createOscillator(), loud = audio.createGain(), at = audio.currentTime + after;
      tone.type = "triangle";
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, at);
      loud.gain.exponentialRampToValueAtTime(0.35, at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      tone.connect(loud).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.21);
    });
  }

  document.addEventListener("pointerdown", wake, { capture: true });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "sound") toggleSound();
    if (button.id === "dark") darken();
    if (button.classList.contains("drop")) letGo();
    if (button.classList.contains("add-place")) addPlace(button.dataset);
    if (button.classList.contains("chosen-place")) { button.remove(); placed(); }
  });

  function darken() {
    const dark = document.documentElement.classList.toggle("dark");
    localStorage.setItem("dark", dark ? "1" : "0");
    paintDark();
    tell("desk:theme");
  }
  function paintDark() {
    $("#dark").setAttribute("aria-pressed", String(document.documentElement.classList.contains("dark")));
  }

  // ---- the wall: never asleep while it is shown ----
  const onWall = document.documentElement.classList.contains("wall");
  const turnWall = () => location.assign(onWall ? "/?wall=0" : "/wall");
  function stayAwake() {
    if (onWall && navigator.wakeLock && !document.hidden) navigator.wakeLock.request("screen").catch(() => { /* the browser may refuse */ });
  }
  document.addEventListener("visibilitychange", stayAwake);

  // ---- places of an incident opened by hand ----
  const placed = () => $("#open-form").dispatchEvent(new CustomEvent("desk:drawn"));
  document.body.addEventListener("desk:place", (event) => addPlace(event.detail));
  function addPlace(place) {
    if ($('#places input[value="' + CSS.escape(place.id) + '"]')) return;
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip chosen-place";
    chip.textContent = place.name + " ✕";
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "place";
    field.value = place.id;
    chip.appendChild(field);
    $("#places").appendChild(chip);
    placed();
  }

  // ---- a form swapped in a moment ago is made ready before its first click, or the browser would send it itself ----
  const ready = (event) => {
    const form = event.target.closest && event.target.closest("form:not([action])");
    if (form) window.htmx.process(form);
  };
  document.addEventListener("click", ready, true);
  document.addEventListener("submit", ready, true);

  // ---- one key per action ----
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !/^(checkbox|radio)$/.test(event.target.type);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else if (cardOpen()) press("#card [data-key=Escape]");
      else letGo();
      return;
    }
    if (typing && event.key === "Enter" && event.target.closest(".with, .renumber")) {
      event.preventDefault();   // the button beside the field, never the form's first one
      event.target.parentNode.querySelector("button").click();
    }
    if (typing) return;
    wake();
    const keys = { "/": () => $("#q").focus(), s: toggleSound, d: darken, w: turnWall, a: () => press("#alarms [data-key=A]"), p: () => press("#hand [data-key=p]") || press("#live [data-key=p]") };
    const act = keys[event.key.toLowerCase()] || (/^[0-9]$/.test(event.key) && (() => press((cardOpen() ? "#card" : "#hand") + ' [data-key="' + event.key + '"]')));
    if (act && act() !== false) event.preventDefault();
  });

  function press(selector) {
    const found = $(selector);
    if (!found) return false;
    if (found.tagName === "INPUT") found.focus();
    else found.click();
    return true;
  }

  const head = $(".head");
  const measure = () => document.documentElement.style.setProperty("--head", head.offsetHeight + "px");
  new ResizeObserver(measure).observe(head);

  stayAwake();
  listen();
  paintDark();
  paintSound();
  paintTime();
  beep();
  setInterval(paintTime, 250);
  setInterval(watch, 500);
  setInterval(beep, 2000);
})();

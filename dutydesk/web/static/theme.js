// Before the first paint: dark or light, wall or desk. Kept per browser.
(function () {
  "use strict";
  const root = document.documentElement;
  const kept = localStorage.getItem("dark");
  const asked = new URLSearchParams(location.search).get("wall");
  if (asked === "1" || asked === "0") sessionStorage.setItem("wall", asked);
  const wall = sessionStorage.getItem("wall") === "1";
  root.classList.toggle("wall", wall);
  const dark = wall || (kept ? kept === "1" : matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.toggle("dark", dark);
})();

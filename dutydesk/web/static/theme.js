// Before the first paint: dark or light, wall or desk. Kept per browser.
(function () {
  "use strict";
  const root = document.documentElement;
  const kept = localStorage.getItem("dark");
  if (location.pathname === "/wall") sessionStorage.setItem("wall", "1");
  else if (new URLSearchParams(location.search).get("wall") === "0") sessionStorage.removeItem("wall");
  const wall = sessionStorage.getItem("wall") === "1";
  root.classList.toggle("wall", wall);
  const dark = wall || (kept ? kept === "1" : matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.toggle("dark", dark);
})();

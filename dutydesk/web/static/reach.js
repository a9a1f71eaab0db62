// Tables that scroll sideways on a narrow screen are reached by the Tab key, so that arrow keys can move them.
(function () {
  "use strict";
  function mark() {
    document.querySelectorAll("main table.list").forEach((table) => {
      if (table.scrollWidth > table.clientWidth + 1) table.tabIndex = 0;
      else table.removeAttribute("tabindex");
    });
  }
  ["load", "resize"].forEach((name) => window.addEventListener(name, mark));
  document.addEventListener("htmx:afterSettle", mark);
})();

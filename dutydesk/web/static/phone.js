// One simulated phone: reads aloud what the voice says, keeps the newest line in sight.
(function () {
  "use strict";
  let said = "", lines = -1;

  function speak(text) {
    if (!window.speechSynthesis || !text) return;
    const voice = new SpeechSynthesisUtterance(text);
    voice.lang = "zh-CN";
    voice.rate = 0.9;
    speechSynthesis.cancel();
    speechSynthesis.speak(voice);
  }

  function look() {
    const spoken = document.getElementById("spoken");
    const text = spoken ? spoken.dataset.spoken : "";
    if (text !== said) {
      if (text) speak(text);
      else if (window.speechSynthesis) speechSynthesis.cancel();
      said = text;
    }
    const screen = document.getElementById("screen");
    if (screen && screen.children.length !== lines) {
      lines = screen.children.length;
      screen.scrollTop = screen.scrollHeight;
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.id === "speak") speak(said);
  });
  document.body.addEventListener("htmx:afterSettle", look);
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id === "reply" && event.detail.successful) event.detail.elt.reset();
  });
  look();
})();

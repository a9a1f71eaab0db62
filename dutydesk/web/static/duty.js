(function () {
  "use strict";
  // One press is one answer; a patrol takes its place along, and its photo is made small before it travels.
  const patrol = document.getElementById("patrol");
  let ready = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (form === patrol && !ready) {
      event.preventDefault();
      const pressed = event.submitter;
      prepare().then(() => { ready = true; pressed.click(); });
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 15000);
  });

  function prepare() {
    document.getElementById("where").textContent = "正在定位、压缩照片……";
    return Promise.all([locate(), shrink()]).catch(() => { /* it goes without */ });
  }

  function locate() {
    return new Promise((done) => {
      if (!navigator.geolocation) return done();
      navigator.geolocation.getCurrentPosition((at) => {
        patrol.elements.lon.value = at.coords.longitude;
        patrol.elements.lat.value = at.coords.latitude;
        done();
      }, done, { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 });
    });
  }

  async function shrink() {
    const field = patrol.elements.photo, file = field.files[0];
    if (!file) return;
    const picture = await createImageBitmap(file), scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    const list = new DataTransfer();
    list.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
    field.files = list.files;
  }
})();
